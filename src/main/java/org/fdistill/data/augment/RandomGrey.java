package org.fdistill.data.augment;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * torchvision's RandomGrayscale on PIL images: three channels of one grey.
 *
 * @param probability that an image becomes grey
 */
public record RandomGrey(double probability) implements ImageAugmentation {
  @Override
  public Operand<TUint8> apply(Ops tf, Operand<TUint8> image, Operand<TInt64> seed) {
    return Branches.onlyIf(
        tf,
        "grey",
        new Uniform(tf, seed, 1).chance(probability),
        List.of(image),
        (ops, in) -> List.of(grey(ops, in.get(0).asOutput().expect(TUint8.class))));
  }

  /** The grey image. */
  static Operand<TUint8> grey(Ops tf, Operand<TUint8> image) {
    return tf.dtypes.cast(Pixels.grey(tf, Pixels.floats(tf, image)), TUint8.class);
  }
}
