package org.fdistill.data.augment;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.proto.PatchMaskConfig;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.StatelessWhile;
import org.tensorflow.op.nn.TopK;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/**
 * Which patches of an image a student sees: always the same number. Letters: G grid side, K kept
 * patches.
 *
 * @param kind of the mask
 * @param grid G
 * @param kept K
 * @param minBlock patches that a rectangle of a block-wise mask is drawn with at least
 * @param minAspect least height over width of a rectangle, the greatest is its inverse
 */
public record PatchMask(
    PatchMaskConfig.Kind kind, int grid, int kept, double minBlock, double minAspect) {
  /** After so many rectangles that did not fit, BEiT looks for no more. */
  private static final int TRIES = 10;

  /** As configured, for a grid of patches. */
  public static PatchMask of(PatchMaskConfig config, int grid) {
    return new PatchMask(
        config.getKind(), grid, kept(config, grid), config.getMinBlock(), config.getMinAspect());
  }

  /** K: how many patches of a grid stay, as MAE counts; 0 where none would. */
  public static int kept(PatchMaskConfig config, int grid) {
    return (int) (grid * grid * (1 - config.getRatio()));
  }

  /**
   * The numbers of the patches that stay, row by row of the grid, ascending [K].
   *
   * @param seed [2]
   */
  public Operand<TInt32> draw(Ops tf, Operand<TInt64> seed) {
    Operand<TFloat64> noise = new Uniform(tf, seed, grid * grid).next(grid * grid);
    if (kind == PatchMaskConfig.Kind.BLOCKWISE) {
      // What rectangles cover stays behind all that they do not.
      noise = tf.math.add(noise, tf.dtypes.cast(covered(tf, seed), TFloat64.class));
    }
    Operand<TInt32> order = largest(tf, tf.math.neg(noise)).indices();
    return tf.math.neg(largest(tf, tf.math.neg(order)).values());
  }

  private <T extends TNumber> TopK<T, TInt32> largest(Ops tf, Operand<T> numbers) {
    return tf.nn.topK(numbers, tf.constant(kept), new TopK.Options[0]);
  }

  /** 1 where a rectangle lies, at most at as many places as are to be hidden [G²]. */
  private Operand<TInt32> covered(Ops tf, Operand<TInt64> seed) {
    Operand<TInt32> none = tf.zeros(tf.constant(new int[] {grid * grid}), TInt32.class);
    List<Operand<?>> state = List.of(none, tf.constant(0), Uniform.next(tf, seed));
    try (ConcreteFunction goOn = Branches.function("hide_more", state, this::isNotDone);
        ConcreteFunction next = Branches.function("hide_next", state, this::withNext)) {
      List<Output<?>> last = StatelessWhile.create(tf.scope(), state, goOn, next).output();
      return last.get(0).expect(TInt32.class);
    }
  }

  /** Whether patches are still to be hidden, and not too many rectangles in a row have failed. */
  private List<Operand<?>> isNotDone(Ops tf, List<Operand<?>> state) {
    Operand<TInt32> failures = state.get(1).asOutput().expect(TInt32.class);
    return List.of(
        tf.math.logicalAnd(
            tf.math.greater(missing(tf, mask(state)), tf.constant(0)),
            tf.math.less(failures, tf.constant(TRIES))));
  }

  /** With one more rectangle, if it fits: it must hide something, and not too much. */
  private List<Operand<?>> withNext(Ops tf, List<Operand<?>> state) {
    Operand<TInt32> mask = mask(state);
    Operand<TInt32> failures = state.get(1).asOutput().expect(TInt32.class);
    Operand<TInt64> seed = state.get(2).asOutput().expect(TInt64.class);
    Operand<TInt32> missing = missing(tf, mask);
    Uniform uniform = new Uniform(tf, seed, 4);
    Operand<TInt32> extent = extent(tf, uniform, missing);
    Operand<TInt32> more = tf.math.maximum(mask, rectangle(tf, uniform, extent));
    Operand<TInt32> left = missing(tf, more);
    Operand<TBool> inside = tf.math.less(tf.max(extent, tf.constant(0)), tf.constant(grid));
    Operand<TBool> some = tf.math.less(left, missing);
    Operand<TBool> notTooMuch = tf.math.greaterEqual(left, tf.constant(0));
    Operand<TBool> fits = tf.math.logicalAnd(inside, tf.math.logicalAnd(some, notTooMuch));
    List<Operand<?>> after = new ArrayList<>();
    after.add(tf.select(fits, more, mask));
    after.add(tf.select(fits, tf.constant(0), tf.math.add(failures, tf.constant(1))));
    after.add(Uniform.next(tf, seed));
    return after;
  }

  /** Height and width of a rectangle [2]. */
  private Operand<TInt32> extent(Ops tf, Uniform uniform, Operand<TInt32> missing) {
    Operand<TFloat64> most = tf.dtypes.cast(missing, TFloat64.class);
    Operand<TFloat64> range = tf.math.sub(most, tf.constant(minBlock));
    Operand<TFloat64> area = tf.math.add(tf.constant(minBlock), tf.math.mul(uniform.next(), range));
    double bound = Math.log(minAspect);
    Operand<TFloat64> aspect = tf.math.exp(uniform.between(bound, -bound));
    Operand<TFloat64> sides =
        tf.stack(
            List.of(
                tf.math.sqrt(tf.math.mul(area, aspect)), tf.math.sqrt(tf.math.div(area, aspect))));
    return tf.dtypes.cast(tf.math.rint(sides), TInt32.class);
  }

  /** 1 inside of a rectangle that lies anywhere in the grid [G²]. */
  private Operand<TInt32> rectangle(Ops tf, Uniform uniform, Operand<TInt32> extent) {
    Operand<TInt32> places =
        tf.math.maximum(tf.math.sub(tf.constant(grid + 1), extent), tf.constant(1));
    Operand<TInt32> start = uniform.below(places, uniform.next(2));
    Operand<TInt32> box = tf.concat(List.of(start, tf.math.add(start, extent)), tf.constant(0));
    Operand<TBool> cover = Boxes.cover(tf, tf.reshape(box, tf.constant(new int[] {1, 4})), grid);
    return tf.dtypes.cast(tf.reshape(cover, tf.constant(new int[] {grid * grid})), TInt32.class);
  }

  /** How many patches are still to be hidden. */
  private Operand<TInt32> missing(Ops tf, Operand<TInt32> mask) {
    return tf.math.sub(tf.constant(grid * grid - kept), tf.reduceSum(mask, tf.constant(0)));
  }

  private static Operand<TInt32> mask(List<Operand<?>> state) {
    return state.get(0).asOutput().expect(TInt32.class);
  }
}
