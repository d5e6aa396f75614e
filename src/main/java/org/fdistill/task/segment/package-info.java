/**
 * Semantic segmentation: {@link org.fdistill.task.segment.Segmentation} trains UPerNet ({@link
 * org.fdistill.model.segment}) on masks, validates by one confusion matrix and says how its export
 * segments images of any size.
 *
 * <p>Limits: at most 255 classes; validation takes one image at a time; batch norm's statistics are
 * those of one process's micro-batch.
 */
package org.fdistill.task.segment;
