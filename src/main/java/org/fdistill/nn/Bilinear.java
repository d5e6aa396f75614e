package org.fdistill.nn;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.image.ResizeBilinear;
import org.tensorflow.types.TFloat32;

/**
 * Bilinear interpolation between the centres of pixels, without antialiasing: PyTorch's interpolate
 * with align_corners False.
 */
public final class Bilinear {
  private Bilinear() {}

  /**
   * Brings a map to other sides; one that has them is returned as it is.
   *
   * @param map [B, G, G, C], G static
   * @param side of the result
   * @return [B, side, side, C]
   */
  public static Operand<TFloat32> resize(Ops tf, Operand<TFloat32> map, int side) {
    return map.shape().get(1) == side && map.shape().get(2) == side
        ? map
        : tf.image.resizeBilinear(
            map, tf.constant(new int[] {side, side}), ResizeBilinear.halfPixelCenters(true));
  }
}
