package org.fdistill.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.data.Batch;
import org.fdistill.data.ExampleCheck;
import org.fdistill.data.Field;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;

/**
 * Those fields of a batch that the process looks at: positions, and what is checked.
 *
 * @param values [B] of each field
 */
@SuppressWarnings("ArrayRecordComponent") // Results are read, never compared.
public record ObservedFields(Map<Field<?>, long[]> values) {
  /** Where the examples of the batch stand, ascending. */
  public long[] positions() {
    return values.get(Field.POSITION);
  }

  /** The fields to fetch with a batch. */
  static List<Field<TInt64>> of(List<ExampleCheck> checks) {
    List<Field<TInt64>> fields = new ArrayList<>(List.of(Field.POSITION));
    checks.stream().map(ExampleCheck::field).filter(f -> !fields.contains(f)).forEach(fields::add);
    return fields;
  }

  /** Their names in the graph. */
  static Map<Field<?>, String> endpoints(Ops tf, Batch batch, List<ExampleCheck> checks) {
    Map<Field<?>, String> names = new LinkedHashMap<>();
    for (Field<TInt64> field : of(checks)) {
      Operand<TInt64> kept = tf.withName(field.name()).identity(batch.get(field));
      names.put(field, kept.op().name());
    }
    return names;
  }

  /**
   * Reads them off a run.
   *
   * @param fields in the order in which they were fetched
   * @param first the place of the first among the results
   */
  static ObservedFields read(Iterable<Field<?>> fields, Result result, int first) {
    Map<Field<?>, long[]> values = new LinkedHashMap<>();
    for (Field<?> field : fields) {
      values.put(field, Tensors.longs(result.get(first + values.size())));
    }
    return new ObservedFields(values);
  }
}
