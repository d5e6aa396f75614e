/**
 * Supervised classification. {@link org.fdistill.task.classify.Classification} trains a network and
 * a linear head by softmax cross-entropy with label smoothing, on images that may be erased and
 * mixed, and with rates that fall from layer to layer: that is ImageNet fine-tuning. {@link
 * org.fdistill.task.classify.LinearProbe} trains the head alone, on a network that stays as it is.
 * Both report top-1 and top-5.
 *
 * <p>Limits: one label for each image.
 */
package org.fdistill.task.classify;
