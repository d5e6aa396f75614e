package org.fdistill.graph;

import java.util.List;
import org.fdistill.config.ImageNet;
import org.fdistill.proto.Normalization;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * From pixels, 0 to 255, to what a network takes: {@code (x / 255 - mean) / std} for each channel.
 *
 * @param mean of each channel of inputs scaled to 0..1
 * @param std of each channel of inputs scaled to 0..1
 */
public record PixelNormalization(List<Float> mean, List<Float> std) {
  /** From a config; ImageNet's where it is empty. */
  public static PixelNormalization of(Normalization config) {
    return new PixelNormalization(
        config.getMeanCount() == 0 ? ImageNet.MEAN : config.getMeanList(),
        config.getStdCount() == 0 ? ImageNet.STD : config.getStdList());
  }

  /**
   * Normalises a batch, as one product and one difference. Where the width is known, both take the
   * factors of a whole line of pixels: TensorFlow needs five times as long to repeat three.
   *
   * @param pixels [B, S, S, 3], 0 to 255
   * @return [B, S, S, 3]
   */
  public Operand<TFloat32> apply(Ops tf, Operand<TFloat32> pixels) {
    Shape shape = pixels.shape();
    if (shape.isUnknown() || shape.get(1) < 0 || shape.get(2) < 0) {
      return apply(tf, pixels, 1);
    }
    long height = shape.get(1);
    long width = shape.get(2);
    Operand<TFloat32> lines = tf.reshape(pixels, tf.constant(new long[] {-1, height, 3 * width}));
    Operand<TFloat32> normalized = apply(tf, lines, (int) width);
    return tf.reshape(normalized, tf.constant(new long[] {-1, height, width, 3}));
  }

  /** Of a last axis that holds so many pixels. */
  private Operand<TFloat32> apply(Ops tf, Operand<TFloat32> values, int pixels) {
    float[] factor = new float[3 * pixels];
    float[] offset = new float[3 * pixels];
    for (int i = 0; i < factor.length; i++) {
      int c = i % 3;
      factor[i] = (float) (1 / (255.0 * std.get(c)));
      offset[i] = (float) ((double) mean.get(c) / std.get(c));
    }
    return tf.math.sub(tf.math.mul(values, tf.constant(factor)), tf.constant(offset));
  }

  /**
   * The pixels of a normalised batch, within 0 to 255.
   *
   * @param normalized [B, S, S, 3]
   * @return [B, S, S, 3], not rounded
   */
  public Operand<TFloat32> undo(Ops tf, Operand<TFloat32> normalized) {
    float[] factor = new float[3];
    float[] offset = new float[3];
    for (int c = 0; c < 3; c++) {
      factor[c] = 255 * std.get(c);
      offset[c] = 255 * mean.get(c);
    }
    Operand<TFloat32> pixels =
        tf.math.add(tf.math.mul(normalized, tf.constant(factor)), tf.constant(offset));
    return tf.clipByValue(pixels, tf.constant(0f), tf.constant(255f));
  }
}
