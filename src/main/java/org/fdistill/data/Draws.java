package org.fdistill.data;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;

/**
 * Seeds of the random draws of one example.
 *
 * @param runSeed the run's seed
 * @param position of the example, scalar
 * @param batchPosition what stands for the position in draws that a batch has in common, scalar
 */
public record Draws(long runSeed, Operand<TInt64> position, Operand<TInt64> batchPosition) {
  /** Of an example that shares no draw with others. */
  public Draws(long runSeed, Operand<TInt64> position) {
    this(runSeed, position, position);
  }

  /** The seed [2] of what is drawn for one purpose. */
  Operand<TInt64> seed(Ops tf, Purpose purpose) {
    return tf.stack(List.of(tf.constant(purpose.seed(runSeed)), position));
  }

  /** The seed [2] of what a batch has in common. */
  Operand<TInt64> batchSeed(Ops tf, Purpose purpose) {
    return new Draws(runSeed, batchPosition).seed(tf, purpose);
  }
}
