package org.fdistill.data.augment;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.graph.BatchShare;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.op.random.StatelessRandomGetKeyCounter;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * Standard normal numbers for the rows of a batch: those that one worker would draw for the whole
 * batch. A worker draws no more than its own, for Philox can start anywhere: its counter goes up by
 * one for every four numbers.
 */
final class BatchNoise {
  /** TensorFlow's number of the algorithm. */
  private static final int PHILOX = 1;

  private static final int NUMBERS_OF_A_COUNT = 4;

  private BatchNoise() {}

  /**
   * Draws.
   *
   * @param shape of this worker's rows [B, ...]
   * @param seed [2], of the batch
   * @param share of the batch that is this worker's
   */
  static Operand<TFloat32> normal(Ops tf, Shape shape, Operand<TInt32> seed, BatchShare share) {
    if (share.workers() == 1) {
      return tf.random.statelessRandomNormal(tf.constant(shape), seed, TFloat32.class);
    }
    StatelessRandomGetKeyCounter state = tf.random.statelessRandomGetKeyCounter(seed);
    long row = shape.size() / shape.get(0);
    List<Operand<TFloat32>> runs = new ArrayList<>();
    for (BatchShare.Rows rows : share.rows()) {
      runs.add(numbers(tf, state, rows.first() * row, rows.size() * row));
    }
    return tf.reshape(tf.concat(runs, tf.constant(0)), tf.constant(shape));
  }

  /** Of all numbers that the seed gives, some in a row. */
  private static Operand<TFloat32> numbers(
      Ops tf, StatelessRandomGetKeyCounter state, long first, long size) {
    long skipped = first % NUMBERS_OF_A_COUNT;
    Operand<TFloat32> drawn =
        tf.random.statelessRandomNormalV2(
            tf.constant(new long[] {skipped + size}),
            state.key(),
            advanced(tf, state.counter(), first / NUMBERS_OF_A_COUNT),
            tf.constant(PHILOX),
            TFloat32.class);
    return tf.stridedSlice(drawn, Indices.sliceFrom(skipped));
  }

  /** The low half of a fresh counter is zero: nothing is carried into the other. */
  private static Output<?> advanced(Ops tf, Operand<?> counter, long by) {
    Operand<TInt64> signed = cast(tf, counter, DataType.DT_INT64).expect(TInt64.class);
    return cast(tf, tf.math.add(signed, tf.constant(new long[] {by, 0})), DataType.DT_UINT64);
  }

  /** TensorFlow Java has no class of unsigned integers. */
  private static Output<?> cast(Ops tf, Operand<?> bits, DataType type) {
    return tf.scope()
        .opBuilder("Bitcast", "Bitcast")
        .addInput(bits.asOutput())
        .setAttr("type", type)
        .build()
        .output(0);
  }
}
