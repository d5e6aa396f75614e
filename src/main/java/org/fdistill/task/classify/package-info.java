/**
 * Supervised classification: {@link org.fdistill.task.classify.Classification} is softmax
 * cross-entropy with label smoothing on a backbone with a linear head, and reports top-1 and top-5.
 *
 * <p>Limits: no mixing of images and no layer-wise learning rates, which the paper's fine-tuning
 * has.
 */
package org.fdistill.task.classify;
