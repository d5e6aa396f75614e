package org.fdistill.nn;

import org.fdistill.graph.LayerScope;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Dropout of whole channels of a map (PyTorch's Dropout2d): one draw for each and example. */
public final class ChannelDropout {
  private ChannelDropout() {}

  /**
   * Drops channels of the examples of a training batch; those that stay are divided by the keep
   * rate.
   *
   * @param scope whose path seeds the draw
   * @param map [B, H, W, C]; B static in training
   * @param rate share of dropped channels; at 0, and in inference, the map is returned as it is
   * @return the same shape
   */
  public static Operand<TFloat32> apply(LayerScope scope, Operand<TFloat32> map, float rate) {
    if (rate == 0 || !scope.isTraining()) {
      return map;
    }
    Ops tf = scope.tf();
    int batch = (int) map.shape().get(0);
    int channels = (int) map.shape().get(3);
    return tf.math.mul(map, DropPath.factor(scope, "dropout", batch, rate, 1, 1, channels));
  }
}
