package org.fdistill.config;

import java.util.List;

/** Statistics of ImageNet's training images, of each channel scaled to 0..1. */
public final class ImageNet {
  /** The mean of red, green and blue. */
  public static final List<Float> MEAN = List.of(0.485f, 0.456f, 0.406f);

  /** Their standard deviation. */
  public static final List<Float> STD = List.of(0.229f, 0.224f, 0.225f);

  private ImageNet() {}
}
