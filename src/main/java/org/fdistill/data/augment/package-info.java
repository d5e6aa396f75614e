/**
 * From the bytes of an image file to a square image of uint8, as graph operations: a {@link
 * org.fdistill.data.augment.Framing} decides on the {@link org.fdistill.data.augment.Geometry} of a
 * view ({@link org.fdistill.data.augment.RandomResizedCrop} in training, {@link
 * org.fdistill.data.augment.CentreCrop} in evaluation), {@link
 * org.fdistill.data.augment.ImageDecoder} decodes what it covers, and {@link
 * org.fdistill.data.augment.Resize} resizes as PIL does.
 *
 * <p>What follows the crop in training is an {@link org.fdistill.data.augment.ImageAugmentation} of
 * uint8: {@link org.fdistill.data.augment.RandAugment}, {@link
 * org.fdistill.data.augment.ColourJitter}. {@link org.fdistill.data.augment.RandomErasing} and
 * {@link org.fdistill.data.augment.Mixup} draw in the pipeline and act on normalised batches.
 * {@link org.fdistill.data.augment.SegmentCrop} brings an image and its mask, which {@link
 * org.fdistill.data.augment.MaskDecoder} decodes, through one geometry. {@link
 * org.fdistill.data.augment.GaussianBlur}, {@link org.fdistill.data.augment.RandomGrey} and {@link
 * org.fdistill.data.augment.RandomSolarize} are for an image that a student alone sees, {@link
 * org.fdistill.data.augment.PatchMask} says which of its patches. All draws come from one seed for
 * each example.
 *
 * <p>Boxes and pixels agree with torchvision and timm on PIL images, those of segmentation with
 * mmsegmentation on OpenCV: the distribution of what is drawn is the same (the draws are not);
 * point operations are exact, and geometry differs by less than one of 255 on average. EXIF
 * orientation is not applied, as there. Where published code has gone several ways: cutmix's
 * rectangle has its full odd length, as in newer timm; posterising at magnitude 10 keeps no bits
 * and gives black, as in older Pillow, where newer ones refuse it.
 *
 * <p>A product of two constants and a tensor is no place for rounding: the graph optimiser joins
 * the constants. Where such a step decides the last bit, a table holds it.
 */
package org.fdistill.data.augment;
