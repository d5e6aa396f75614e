package org.fdistill.optim;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Limits the L2 norm of all gradients together, as PyTorch's {@code clip_grad_norm_} does: each is
 * multiplied by min(1, limit / (norm + 1e-6)).
 *
 * <p>The norms are added up as one tensor, since a sum of hundreds of scalars has no order of its
 * own. The norm costs one read of each gradient and the limit one multiplication, which runs in the
 * gradient's own buffer; without limit and average nothing is multiplied.
 */
public final class GlobalNormClipping {
  private static final float EPSILON = 1e-6f;

  /**
   * Gradients ready for the optimiser. Letter: P number of parameters.
   *
   * @param gradients averaged and limited, in the order given
   * @param norm scalar, of the averaged gradients before they are limited
   * @param halfSquares [P], half the sum of squares of each gradient before averaging and limiting;
   *     one that is not finite names its parameter
   */
  public record Result(
      List<Gradient> gradients, Operand<TFloat32> norm, Operand<TFloat32> halfSquares) {}

  private GlobalNormClipping() {}

  /**
   * Builds the norm and the limited gradients.
   *
   * @param tf where to build
   * @param sums gradients, or sums of gradients
   * @param count how many gradients each sum holds
   * @param limit the largest norm of the average; 0: no limit
   */
  public static Result apply(Ops tf, List<Gradient> sums, int count, float limit) {
    List<Operand<TFloat32>> halves = new ArrayList<>();
    sums.forEach(g -> halves.add(tf.nn.l2Loss(g.value())));
    Operand<TFloat32> halfSquares = tf.stack(halves);
    Operand<TFloat32> halfSquare = tf.sum(halfSquares, tf.constant(0));
    Operand<TFloat32> ofSums = tf.math.sqrt(tf.math.mul(halfSquare, tf.constant(2f)));
    Operand<TFloat32> norm = count == 1 ? ofSums : tf.math.mul(ofSums, tf.constant(1f / count));
    return new Result(scale(tf, sums, factor(tf, norm, count, limit)), norm, halfSquares);
  }

  /** The one factor of average and limit; null where it would be 1. */
  private static Operand<TFloat32> factor(Ops tf, Operand<TFloat32> norm, int count, float limit) {
    if (limit <= 0) {
      return count == 1 ? null : tf.constant(1f / count);
    }
    Operand<TFloat32> ratio =
        tf.math.div(tf.constant(limit), tf.math.add(norm, tf.constant(EPSILON)));
    Operand<TFloat32> coefficient = tf.math.minimum(ratio, tf.constant(1f));
    return count == 1 ? coefficient : tf.math.mul(coefficient, tf.constant(1f / count));
  }

  private static List<Gradient> scale(Ops tf, List<Gradient> sums, Operand<TFloat32> factor) {
    if (factor == null) {
      return sums;
    }
    return sums.stream()
        .map(g -> new Gradient(g.variable(), tf.math.mul(g.value(), factor)))
        .toList();
  }
}
