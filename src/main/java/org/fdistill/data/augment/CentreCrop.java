package org.fdistill.data.augment;

import java.util.List;
import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.proto.EvalCropConfig;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * Evaluation's framing: the shorter side resized to {@code side / crop_fraction} pixels, the other
 * one in proportion, then the S by S pixels in the centre; torchvision's Resize and CenterCrop.
 */
public final class CentreCrop implements Framing {
  private final int side;
  private final int resizedSide;

  /**
   * Makes the framing.
   *
   * @param side S
   */
  public CentreCrop(EvalCropConfig config, int side) {
    double fraction = Decimals.of(config.getCropFraction());
    if (!(0 < fraction && fraction <= 1)) {
      throw UserError.usage(
          "eval_crop: crop_fraction is %s, expected above 0 and at most 1.".formatted(fraction));
    }
    this.side = side;
    this.resizedSide = (int) (side / fraction);
  }

  @Override
  public Geometry of(Ops tf, Operand<TInt32> size, Operand<TInt64> seed) {
    Operand<TInt32> scaled = resizedSize(tf, size);
    return new Geometry(Optional.empty(), scaled, offset(tf, scaled), tf.constant(false));
  }

  /** Height and width after resizing; the longer side is rounded down. */
  private Operand<TInt32> resizedSize(Ops tf, Operand<TInt32> shape) {
    Operand<TInt32> height = tf.stridedSlice(shape, Indices.at(0));
    Operand<TInt32> width = tf.stridedSlice(shape, Indices.at(1));
    Operand<TInt32> sides = tf.stack(List.of(height, width));
    Operand<TInt32> scaled = tf.math.mul(sides, tf.constant(resizedSide));
    return tf.math.floorDiv(scaled, tf.math.minimum(height, width));
  }

  /** Half of what is left over, rounded half to even. */
  private Operand<TInt32> offset(Ops tf, Operand<TInt32> size) {
    Operand<TFloat64> rest = tf.dtypes.cast(tf.math.sub(size, tf.constant(side)), TFloat64.class);
    return tf.dtypes.cast(tf.math.rint(tf.math.div(rest, tf.constant(2.0))), TInt32.class);
  }
}
