package org.fdistill.data;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TType;

/**
 * A batch in the graph: the fields of the pipeline's view, and the position.
 *
 * @param fields by field; the first dimension of each is the batch's, which is static in training
 *     and may be unknown in evaluation
 */
public record Batch(Map<Field<?>, Operand<?>> fields) {
  /** Takes a copy. */
  public Batch {
    fields = new LinkedHashMap<>(fields);
  }

  /** A field of the batch. Call it only for those of the view, and for the position. */
  public <T extends TType> Operand<T> get(Field<T> field) {
    if (!fields.containsKey(field)) {
      throw new IllegalStateException(
          "a batch of " + fields.keySet() + " has no field " + field.name());
    }
    return fields.get(field).asOutput().expect(field.type());
  }
}
