package org.fdistill.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt64;

/**
 * The function from a position to the fields of the example that stands there.
 *
 * @param source where examples come from
 * @param order which example stands at a position
 * @param view what is taken from an example
 */
record ExampleMap(ExampleSource source, EpochOrder order, View view) {
  /** The view's fields, then the position, with their shapes. */
  Map<Field<?>, Shape> fields() {
    Map<Field<?>, Shape> fields = new LinkedHashMap<>(view.fields());
    fields.put(Field.POSITION, Shape.scalar());
    return fields;
  }

  /** Inputs: the position, then the index arrays. Outputs: {@link #fields}. */
  ConcreteFunction function(String name) {
    return ConcreteFunction.create(tf -> body(tf, name));
  }

  private Signature body(Ops tf, String name) {
    Operand<TInt64> position = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    Signature.Builder signature = Signature.builder(name).input("position", position);
    List<Operand<?>> arrays = new ArrayList<>();
    for (IndexArray array : source.indexArrays()) {
      Operand<?> vector =
          tf.placeholder(array.type(), Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
      arrays.add(vector);
      signature.input(array.name(), vector);
    }
    Draws draws = new Draws(order.seed(), position);
    Operand<TInt64> index = order.exampleAt(tf, position);
    StoredExample example = source.example(tf, index, arrays, draws);
    Map<Field<?>, Operand<?>> values = new LinkedHashMap<>(view.of(tf, example));
    values.put(Field.EXAMPLE, tf.identity(index));
    values.put(Field.POSITION, tf.identity(position));
    fields().keySet().forEach(f -> signature.output("field_" + f.name(), values.get(f)));
    return signature.build();
  }
}
