/**
 * From the bytes of an image file to a square image of uint8, as graph operations: a {@link
 * org.fdistill.data.augment.Framing} decides on the {@link org.fdistill.data.augment.Geometry} of a
 * view ({@link org.fdistill.data.augment.RandomResizedCrop} in training, {@link
 * org.fdistill.data.augment.CentreCrop} in evaluation), {@link
 * org.fdistill.data.augment.ImageDecoder} decodes what it covers, and {@link
 * org.fdistill.data.augment.Resize} resizes as PIL does.
 *
 * <p>Boxes and pixels agree with torchvision on PIL images: the distribution of the crops is the
 * same (the draws are not), and pixels differ by less than one of 255 on average. EXIF orientation
 * is not applied, as there. Not here: normalisation, which happens on the device, and colour
 * augmentation.
 */
package org.fdistill.data.augment;
