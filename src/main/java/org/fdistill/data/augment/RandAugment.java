package org.fdistill.data.augment;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.config.ImageNet;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.Normalization;
import org.fdistill.proto.RandAugmentConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * timm's RandAugment in its increasing form: some operations one after the other, each drawn
 * uniformly and with replacement among all, and each at a magnitude of its own. Only the operation
 * that was drawn is computed.
 *
 * @param magnitude mean of the magnitudes, which are normal and cut to 0..10
 * @param magnitudeStd their deviation
 * @param operations how many follow each other
 * @param probability that an operation that was drawn is applied
 * @param affine what geometry is made with
 */
public record RandAugment(
    double magnitude, double magnitudeStd, int operations, double probability, Affine affine)
    implements ImageAugmentation {
  private static final double TOP = 10;

  /** As configured: the fill is the mean colour, the interpolation that of the crop. */
  public static RandAugment of(DataConfig data) {
    RandAugmentConfig config = data.getAugment().getRandAugment();
    return new RandAugment(
        Decimals.of(config.getMagnitude()),
        Decimals.of(config.getMagnitudeStd()),
        config.getOperations(),
        Decimals.of(config.getProbability()),
        new Affine(data.getAugment().getInterpolation(), meanColour(data.getNormalization())));
  }

  private static List<Integer> meanColour(Normalization normalization) {
    List<Float> mean =
        normalization.getMeanCount() == 0 ? ImageNet.MEAN : normalization.getMeanList();
    return mean.stream().map(m -> (int) Math.rint(255 * Decimals.of(m))).toList();
  }

  /**
   * What is drawn for one operation; all scalars.
   *
   * @param choice its ordinal; the number of operations: none
   * @param magnitude 0 to 10
   * @param sign 1 or -1, for those that have two directions
   */
  record Drawn(Operand<TInt32> choice, Operand<TFloat64> magnitude, Operand<TFloat64> sign) {}

  @Override
  public Operand<TUint8> apply(Ops tf, Operand<TUint8> image, Operand<TInt64> seed) {
    Operand<TUint8> augmented = image;
    for (Drawn drawn : draw(tf, seed)) {
      augmented = one(tf, augmented, drawn);
    }
    return augmented;
  }

  /** What follows each other. */
  List<Drawn> draw(Ops tf, Operand<TInt64> seed) {
    int kinds = Operation.values().length;
    Uniform uniform = new Uniform(tf, seed, 3 * operations);
    Operand<TFloat64> magnitudes = magnitudes(tf, Uniform.next(tf, seed));
    List<Drawn> all = new ArrayList<>();
    for (int i = 0; i < operations; i++) {
      Operand<TInt32> kind = uniform.below(tf.constant(kinds));
      Operand<TBool> applied = uniform.chance(probability);
      Operand<TBool> negative = uniform.chance(0.5);
      all.add(
          new Drawn(
              tf.select(applied, kind, tf.constant(kinds)),
              tf.gather(magnitudes, tf.constant(i), tf.constant(0)),
              tf.select(negative, tf.constant(-1.0), tf.constant(1.0))));
    }
    return all;
  }

  /** The magnitude of each operation [operations], 0 to 10. */
  private Operand<TFloat64> magnitudes(Ops tf, Operand<TInt64> seed) {
    Operand<TFloat64> normal =
        tf.random.statelessRandomNormal(tf.constant(new int[] {operations}), seed, TFloat64.class);
    Operand<TFloat64> drawn =
        tf.math.add(tf.constant(magnitude), tf.math.mul(normal, tf.constant(magnitudeStd)));
    return tf.clipByValue(drawn, tf.constant(0.0), tf.constant(TOP));
  }

  /** Applies one operation. */
  Operand<TUint8> one(Ops tf, Operand<TUint8> image, Drawn drawn) {
    List<Branches.Body> bodies = new ArrayList<>();
    for (Operation operation : Operation.values()) {
      bodies.add(
          (ops, in) ->
              List.of(
                  operation.apply(
                      ops,
                      in.get(0).asOutput().expect(TUint8.class),
                      new Level(
                          ops,
                          in.get(1).asOutput().expect(TFloat64.class),
                          in.get(2).asOutput().expect(TFloat64.class)),
                      affine)));
    }
    bodies.add((ops, in) -> List.of(ops.identity(in.get(0))));
    return Branches.chooseImage(
        tf,
        "rand_augment",
        drawn.choice(),
        List.of(image, drawn.magnitude(), drawn.sign()),
        bodies);
  }
}
