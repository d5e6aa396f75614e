package org.fdistill.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Which of some tensors hold finite numbers alone, as one small vector. Fetched in the same run as
 * a step, it tells whether what is not finite came in with the step's inputs, such as a teacher's
 * tokens, or arose in the step.
 *
 * @param names of the tensors, for people
 * @param flags [number of names], 1 where all numbers are finite and 0 where not
 */
public record FiniteFlags(List<String> names, Operand<TFloat32> flags) {
  /** Takes a copy. */
  public FiniteFlags {
    names = List.copyOf(names);
  }

  /**
   * Builds the flags; each costs one pass over its tensor.
   *
   * @param tensors of any shape, by name, in the order of the flags
   */
  public static FiniteFlags of(Ops tf, Map<String, Operand<TFloat32>> tensors) {
    List<Operand<TFloat32>> flags = new ArrayList<>();
    for (Operand<TFloat32> tensor : tensors.values()) {
      Operand<TFloat32> flat = tf.reshape(tensor, tf.constant(new int[] {-1}));
      flags.add(
          tf.dtypes.cast(
              tf.reduceAll(tf.math.isFinite(flat), tf.constant(new int[] {0})), TFloat32.class));
    }
    return new FiniteFlags(List.copyOf(tensors.keySet()), tf.stack(flags));
  }

  /**
   * The names of the tensors that are not finite.
   *
   * @param values of {@link #flags}, as a run gave them
   */
  public List<String> nonFinite(float[] values) {
    List<String> found = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      if (values[i] != 1) {
        found.add(names.get(i));
      }
    }
    return found;
  }
}
