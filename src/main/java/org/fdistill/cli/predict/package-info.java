/**
 * What {@code fdistill predict} makes of each image: {@link org.fdistill.cli.predict.ClassMaps} of
 * a segmenter, {@link org.fdistill.cli.predict.TopClasses} of a classifier.
 */
package org.fdistill.cli.predict;
