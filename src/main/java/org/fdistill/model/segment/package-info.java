/**
 * Semantic segmentation: {@link org.fdistill.model.segment.UperNet} on a backbone's maps, and
 * {@link org.fdistill.model.segment.SegmentationInference}, which brings images of any size to a
 * network of one size and its logits back to the image. Training, validation and export build the
 * same.
 *
 * <p>Facts: mmsegmentation's UPerHead and FCNHead, BEiT's neck (github.com/microsoft/unilm, beit).
 * Batch norm takes its statistics over one process's micro-batch.
 */
package org.fdistill.model.segment;
