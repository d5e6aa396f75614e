package org.fdistill.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Which of some tensors hold finite numbers alone, as one small vector. Fetched in the same run as
 * a step, it tells whether what is not finite came in with the step's inputs, such as a teacher's
 * tokens, or arose in the step.
 */
public final class FiniteFlags {
  private FiniteFlags() {}

  /**
   * Builds the flags; each costs one pass over its tensor.
   *
   * @param tensors of any shape
   * @return [number of tensors], 1 where all numbers are finite and 0 where not
   */
  public static Operand<TFloat32> of(Ops tf, Collection<Operand<TFloat32>> tensors) {
    List<Operand<TFloat32>> flags = new ArrayList<>();
    for (Operand<TFloat32> tensor : tensors) {
      Operand<TFloat32> flat = tf.reshape(tensor, tf.constant(new int[] {-1}));
      flags.add(
          tf.dtypes.cast(
              tf.reduceAll(tf.math.isFinite(flat), tf.constant(new int[] {0})), TFloat32.class));
    }
    return tf.stack(flags);
  }
}
