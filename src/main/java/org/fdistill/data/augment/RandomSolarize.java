package org.fdistill.data.augment;

import java.util.List;
import org.fdistill.proto.SolarizeConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * PIL's solarise, at random.
 *
 * @param probability that an image is solarised
 * @param threshold from which on values are inverted
 */
public record RandomSolarize(double probability, int threshold) implements ImageAugmentation {
  /** As configured. */
  public static RandomSolarize of(SolarizeConfig config) {
    return new RandomSolarize(config.getProbability(), config.getThreshold());
  }

  @Override
  public Operand<TUint8> apply(Ops tf, Operand<TUint8> image, Operand<TInt64> seed) {
    return Branches.onlyIf(
        tf,
        "solarize",
        new Uniform(tf, seed, 1).chance(probability),
        List.of(image),
        (ops, in) ->
            List.of(
                ValueTables.solarize(
                    ops, in.get(0).asOutput().expect(TUint8.class), ops.constant(threshold))));
  }
}
