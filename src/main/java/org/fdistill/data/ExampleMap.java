package org.fdistill.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.data.Traversal.Turn;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.family.TType;

/**
 * The function from an element of a traversal to the fields of its example.
 *
 * @param traversal gives examples
 * @param view what is taken from an example
 */
record ExampleMap(Traversal traversal, View view) {
  /** The view's fields, then the position, with their shapes. */
  Map<Field<?>, Shape> fields() {
    Map<Field<?>, Shape> fields = new LinkedHashMap<>(view.fields());
    fields.put(Field.POSITION, Shape.scalar());
    return fields;
  }

  /** Inputs: the element, then the index arrays. Outputs: {@link #fields}. */
  ConcreteFunction function(String name) {
    return ConcreteFunction.create(tf -> body(tf, name));
  }

  private Signature body(Ops tf, String name) {
    Signature.Builder signature = Signature.builder(name);
    List<Operand<?>> element = new ArrayList<>();
    for (Class<? extends TType> type : traversal.elementTypes()) {
      Operand<?> part = tf.placeholder(type, Placeholder.shape(Shape.scalar()));
      signature.input("element_" + element.size(), part);
      element.add(part);
    }
    List<Operand<?>> arrays = new ArrayList<>();
    for (IndexArray array : traversal.indexArrays()) {
      Operand<?> vector =
          tf.placeholder(array.type(), Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
      arrays.add(vector);
      signature.input(array.name(), vector);
    }
    Turn turn = traversal.turn(tf, element, arrays);
    Map<Field<?>, Operand<?>> values = new LinkedHashMap<>(view.of(tf, turn.example()));
    values.put(Field.EXAMPLE, tf.identity(turn.index()));
    values.put(Field.POSITION, tf.identity(turn.position()));
    fields().keySet().forEach(f -> signature.output("field_" + f.name(), values.get(f)));
    return signature.build();
  }
}
