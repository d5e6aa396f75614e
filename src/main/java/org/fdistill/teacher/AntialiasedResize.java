package org.fdistill.teacher;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Antialiased bilinear resizing of square images or maps, torchvision's {@code
 * resize(antialias=True)}, as two matrix products. TensorFlow's own antialiased op,
 * ScaleAndTranslate, runs on the CPU alone; this one runs where the teacher runs, and XLA compiles
 * it.
 */
public final class AntialiasedResize {
  private final int from;
  private final int to;

  /**
   * Fixes both sizes; the weights are computed when the resize is built.
   *
   * @param from S, side of the images
   * @param to T, side of the result
   */
  public AntialiasedResize(int from, int to) {
    this.from = from;
    this.to = to;
  }

  /**
   * Resizes a batch.
   *
   * @param images [B, S, S, C]
   * @return [B, T, T, C], not rounded
   */
  public Operand<TFloat32> apply(Ops tf, Operand<TFloat32> images) {
    Operand<TFloat32> weights = tf.constant(StdArrays.ndCopyOf(weights()));
    Operand<TFloat32> rows = tf.linalg.einsum(List.of(weights, images), "th,bhwc->btwc");
    return tf.linalg.einsum(List.of(weights, rows), "tw,bhwc->bhtc");
  }

  /**
   * The share of each input pixel in each output pixel, [T, S]: a triangle around the output
   * pixel's centre, as wide as one pixel of whichever image is coarser; each row sums to one.
   */
  float[][] weights() {
    double scale = (double) from / to;
    double radius = Math.max(scale, 1);
    float[][] weights = new float[to][from];
    for (int t = 0; t < to; t++) {
      double centre = (t + 0.5) * scale;
      double[] row = new double[from];
      double sum = 0;
      for (int s = 0; s < from; s++) {
        row[s] = Math.max(0, 1 - Math.abs(s + 0.5 - centre) / radius);
        sum += row[s];
      }
      for (int s = 0; s < from; s++) {
        weights[t][s] = (float) (row[s] / sum);
      }
    }
    return weights;
  }
}
