package org.fdistill.graph;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * Seeds of the graph's stateless random ops: one for each purpose, and for each step where the draw
 * is new each time. The run's seed and the step are fed, since the graph optimiser folds draws
 * whose seeds are constants.
 */
public final class Seeds {
  private final Operand<TInt64> run;
  private final Operand<TInt64> step;

  /**
   * Takes the two scalars that every seed of a graph is made of.
   *
   * @param run scalar, the run's seed
   * @param step scalar, the micro-step; part of every seed
   */
  public Seeds(Operand<TInt64> run, Operand<TInt64> step) {
    this.run = run;
    this.step = step;
  }

  /**
   * The seed for one purpose. It is of 32 bits, which is all that XLA's stateless ops take.
   *
   * @param tf where to build
   * @param purpose a name that no other draw of the graph has
   * @return [2]
   */
  public Operand<TInt32> of(Ops tf, String purpose) {
    Operand<TInt64> first = tf.bitwise.bitwiseXor(run, tf.constant(hash("run/" + purpose)));
    Operand<TInt64> second = tf.math.add(step, tf.constant(hash(purpose)));
    return tf.dtypes.cast(tf.stack(List.of(first, second)), TInt32.class);
  }

  /** The run's seed for one purpose, scalar, for draws that do not depend on the step. */
  Operand<TInt64> ofRun(Ops tf, String purpose) {
    return tf.bitwise.bitwiseXor(run, tf.constant(hash(purpose) << 31));
  }

  /** A seed [2] from two fed scalars and a purpose. */
  static Operand<TInt64> seed(Ops tf, Operand<TInt64> run, Operand<TInt64> step, String purpose) {
    Operand<TInt64> mixed = tf.bitwise.bitwiseXor(run, tf.constant(hash(purpose) << 31));
    return tf.stack(List.of(mixed, tf.math.add(step, tf.constant(hash(purpose)))));
  }

  private static long hash(String purpose) {
    CRC32 crc = new CRC32();
    crc.update(purpose.getBytes(StandardCharsets.UTF_8));
    return crc.getValue();
  }
}
