package org.fdistill.task;

import java.util.List;
import org.fdistill.proto.Normalization;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** From bytes to what a network takes: {@code (x / 255 - mean) / std} for each channel. */
public final class Images {
  private static final List<Float> IMAGENET_MEAN = List.of(0.485f, 0.456f, 0.406f);
  private static final List<Float> IMAGENET_STD = List.of(0.229f, 0.224f, 0.225f);

  private Images() {}

  /**
   * Normalises a batch, as one product and one difference.
   *
   * @param images [B, S, S, 3], 0 to 255
   * @param normalization mean and deviation of inputs scaled to 0..1; ImageNet's where empty
   * @return [B, S, S, 3]
   */
  public static Operand<TFloat32> normalized(
      Ops tf, Operand<TUint8> images, Normalization normalization) {
    List<Float> mean =
        normalization.getMeanCount() == 0 ? IMAGENET_MEAN : normalization.getMeanList();
    List<Float> std = normalization.getStdCount() == 0 ? IMAGENET_STD : normalization.getStdList();
    float[] scale = new float[3];
    float[] shift = new float[3];
    for (int c = 0; c < 3; c++) {
      scale[c] = (float) (1 / (255.0 * std.get(c)));
      shift[c] = (float) ((double) mean.get(c) / std.get(c));
    }
    Operand<TFloat32> floats = tf.dtypes.cast(images, TFloat32.class);
    return tf.math.sub(tf.math.mul(floats, tf.constant(scale)), tf.constant(shift));
  }
}
