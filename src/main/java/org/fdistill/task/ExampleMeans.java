package org.fdistill.task;

import java.util.LinkedHashMap;
import java.util.Map;
import org.fdistill.data.Batch;
import org.fdistill.data.Field;
import org.fdistill.eval.Sums;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Validation values that are means over the examples. */
public final class ExampleMeans {
  private static final String EXAMPLES = "examples";

  private ExampleMeans() {}

  /**
   * What is added up over batches.
   *
   * @param means over the batch's examples (scalars), by name
   */
  public static Map<String, Operand<TFloat32>> sums(
      Ops tf, Batch batch, Map<String, Operand<TFloat32>> means) {
    Operand<TFloat32> examples = tf.dtypes.cast(tf.size(batch.get(Field.POSITION)), TFloat32.class);
    Map<String, Operand<TFloat32>> sums = new LinkedHashMap<>();
    means.forEach((name, mean) -> sums.put(name, tf.math.mul(mean, examples)));
    sums.put(EXAMPLES, examples);
    return sums;
  }

  /** The means over all examples, by name. */
  public static Map<String, Double> values(Sums sums) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (String name : sums.names()) {
      if (!name.equals(EXAMPLES)) {
        values.put(name, sums.ratio(name, EXAMPLES));
      }
    }
    return values;
  }
}
