package org.fdistill.data.augment;

import org.fdistill.proto.AugmentConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** Training's view: a random crop, resized to S by S pixels, mirrored at random. */
public final class TrainingView {
  private final int side;
  private final RandomResizedCrop crop;
  private final Resize resize;
  private final ImageDecoder decoder;

  /**
   * Makes the view.
   *
   * @param side S
   */
  public TrainingView(AugmentConfig config, int side) {
    this.side = side;
    this.crop = RandomResizedCrop.of(config);
    this.resize = new Resize(config.getInterpolation(), side);
    this.decoder = new ImageDecoder();
  }

  /**
   * Decodes a random crop of an image.
   *
   * @param bytes scalar
   * @param seed of every draw [2]
   * @return [S, S, 3]
   */
  public Operand<TUint8> view(Ops tf, Operand<TString> bytes, Operand<TInt64> seed) {
    Operand<TFloat64> draws = crop.draws(tf, seed);
    Operand<TUint8> part = decoder.decodeCropped(tf, bytes, crop, draws);
    Operand<TInt32> size = tf.constant(new int[] {side, side});
    Operand<TInt32> offset = tf.constant(new int[] {0, 0});
    return resize.apply(tf, part, size, offset, crop.flip(tf, draws));
  }
}
