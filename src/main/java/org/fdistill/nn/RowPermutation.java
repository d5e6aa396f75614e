package org.fdistill.nn;

import java.util.List;
import org.fdistill.graph.FusedGradient;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * Another order of the rows of each example: roll, window partition and their reverses, in one pass
 * over memory. Letters: B batch, N rows of an example, C width.
 */
public final class RowPermutation {
  /** The gradient of a permutation is its inverse; TensorFlow would sum into zeros row by row. */
  private static final FusedGradient GRADIENT =
      FusedGradient.of("RowPermutationGradient", RowPermutation::gradients);

  private final int[] source;

  private RowPermutation(int[] source) {
    this.source = source;
  }

  /**
   * From one order of the same tokens to another.
   *
   * @param from the token at each position before
   * @param to the token at each position after
   */
  public static RowPermutation between(int[] from, int[] to) {
    int[] positions = inverse(from);
    int[] source = new int[to.length];
    for (int i = 0; i < to.length; i++) {
      source[i] = positions[to[i]];
    }
    return new RowPermutation(source);
  }

  /** The permutation that undoes this one. */
  public RowPermutation inverse() {
    return new RowPermutation(inverse(source));
  }

  /**
   * Puts the rows into the other order.
   *
   * @param x [B N, C]
   * @param width C
   * @return the same shape
   */
  public <T extends TFloating> Operand<T> apply(Ops tf, Operand<T> x, int width) {
    if (isIdentity()) {
      return x;
    }
    Operand<T> examples = tf.reshape(x, tf.constant(new int[] {-1, source.length, width}));
    Operand<TInt32> back = tf.constant(inverse(source));
    Operand<T> moved = tf.gather(examples, tf.constant(source), tf.constant(1));
    Operand<T> result = GRADIENT.attach(tf, moved, List.of(examples), List.of(back));
    return tf.reshape(result, tf.constant(new int[] {-1, width}));
  }

  private boolean isIdentity() {
    for (int i = 0; i < source.length; i++) {
      if (source[i] != i) {
        return false;
      }
    }
    return true;
  }

  @SuppressWarnings("unchecked") // attach() above says which tensors these are.
  private static List<Operand<?>> gradients(Ops tf, List<Operand<?>> saved, Operand<?> upstream) {
    Operand<TInt32> back = (Operand<TInt32>) saved.get(0);
    return List.of(tf.gather((Operand<TFloating>) upstream, back, tf.constant(1)));
  }

  private static int[] inverse(int[] permutation) {
    int[] inverse = new int[permutation.length];
    for (int i = 0; i < permutation.length; i++) {
      inverse[permutation[i]] = i;
    }
    return inverse;
  }
}
