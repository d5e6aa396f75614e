package org.fdistill.nn;

import org.fdistill.graph.LayerScope;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.random.StatelessRandomGetKeyCounter;
import org.tensorflow.types.TFloat32;

/**
 * Stochastic depth (arXiv 1603.09382), per example, as in timm: kept branches are divided by the
 * keep rate.
 */
public final class DropPath {
  /** TensorFlow's number of the algorithm. */
  private static final int PHILOX = 1;

  private DropPath() {}

  /**
   * Drops a residual branch in some examples of a training batch.
   *
   * @param scope whose path, with {@code purpose}, seeds the draw
   * @param purpose which branch
   * @param branch [B N, C]; B static in training
   * @param tokens N
   * @param rate share of dropped examples; at 0, and in inference, the branch is returned as it is
   * @return the same shape
   */
  public static Operand<TFloat32> apply(
      LayerScope scope, String purpose, Operand<TFloat32> branch, int tokens, float rate) {
    if (!drops(scope, rate)) {
      return branch;
    }
    Ops tf = scope.tf();
    int batch = (int) (branch.shape().get(0) / tokens);
    int width = (int) branch.shape().get(1);
    Operand<TFloat32> factor = factor(scope, purpose, batch, rate, 1);
    Operand<TFloat32> examples = tf.reshape(branch, tf.constant(new int[] {batch, tokens * width}));
    return tf.reshape(
        tf.math.mul(examples, factor), tf.constant(new int[] {batch * tokens, width}));
  }

  /** Whether anything is dropped in this place. */
  static boolean drops(LayerScope scope, float rate) {
    return rate > 0 && scope.isTraining();
  }

  /** What the examples' branches are multiplied by, for each row: [B N, 1]. */
  static Operand<TFloat32> rows(
      LayerScope scope, String purpose, int batch, int tokens, float rate) {
    Ops tf = scope.tf();
    Operand<TFloat32> factor = factor(scope, purpose, batch, rate, 1);
    Operand<TFloat32> repeated = tf.tile(factor, tf.constant(new int[] {1, tokens}));
    return tf.reshape(repeated, tf.constant(new int[] {batch * tokens, 1}));
  }

  /**
   * What is dropped, 0, and what is kept, divided by the keep rate.
   *
   * @param purpose seeds the draw, with the scope's path
   * @param batch B
   * @param rate share of what is dropped
   * @param each shape of what an example gets
   * @return [B, each]
   */
  static Operand<TFloat32> factor(
      LayerScope scope, String purpose, int batch, float rate, int... each) {
    Ops tf = scope.tf();
    Operand<TFloat32> uniform = uniform(scope, purpose, batch, each);
    Operand<TFloat32> kept = tf.math.floor(tf.math.add(uniform, tf.constant(1 - rate)));
    return tf.math.div(kept, tf.constant(1 - rate));
  }

  /**
   * Draws for each example of a batch. Each process draws for the batch of all, and takes what is
   * its own: so the draws do not depend on how many there are. Philox is named, for XLA would
   * choose another generator, and other numbers.
   *
   * @return uniform in [0, 1): [B, each]
   */
  private static Operand<TFloat32> uniform(
      LayerScope scope, String purpose, int batch, int... each) {
    Ops tf = scope.tf();
    int[] shape = new int[each.length + 1];
    shape[0] = batch * scope.replicas().count();
    System.arraycopy(each, 0, shape, 1, each.length);
    StatelessRandomGetKeyCounter state =
        tf.random.statelessRandomGetKeyCounter(scope.seed(purpose));
    Operand<TFloat32> all =
        tf.random.statelessRandomUniformV2(
            tf.constant(shape), state.key(), state.counter(), tf.constant(PHILOX), TFloat32.class);
    return scope.replicas().rows(tf, all);
  }

  /** The linear ramp over a network's blocks: 0 at the first, {@code rate} at the last. */
  public static float[] ramp(float rate, int depth) {
    float[] rates = new float[depth];
    for (int block = 1; block < depth; block++) {
      rates[block] = rate * block / (depth - 1);
    }
    return rates;
  }
}
