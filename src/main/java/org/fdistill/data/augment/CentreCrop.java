package org.fdistill.data.augment;

import java.util.List;
import org.fdistill.config.UserError;
import org.fdistill.proto.EvalCropConfig;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * Evaluation's view: the shorter side resized to {@code resizedSide} pixels, the other one in
 * proportion, then the S by S pixels in the centre; torchvision's Resize and CenterCrop.
 */
public final class CentreCrop {
  private final int side;
  private final int resizedSide;
  private final Resize resize;
  private final ImageDecoder decoder;

  /**
   * Makes the view.
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
    this.resize = new Resize(config.getInterpolation(), side);
    this.decoder = new ImageDecoder();
  }

  /**
   * Decodes an image and takes its centre.
   *
   * @param bytes scalar
   * @return [S, S, 3]
   */
  public Operand<TUint8> view(Ops tf, Operand<TString> bytes) {
    Operand<TUint8> image = decoder.decode(tf, bytes);
    Operand<TInt32> size = resizedSize(tf, tf.shape(image));
    return resize.apply(tf, image, size, offset(tf, size), tf.constant(false));
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
