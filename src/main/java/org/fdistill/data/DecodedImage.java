package org.fdistill.data;

/**
 * The pixels of an image.
 *
 * @param height in pixels
 * @param width in pixels
 * @param rgb red, green, blue of each pixel, row by row
 */
@SuppressWarnings("ArrayRecordComponent") // Passed on, never compared.
public record DecodedImage(int height, int width, byte[] rgb) {}
