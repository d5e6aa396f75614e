package org.fdistill.data;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;

/**
 * What is taken from an example: named fields of static shape, and the graph that makes them. The
 * pipeline shards, batches, skips and resumes whatever a view gives.
 */
public interface View {
  /** The fields with their shapes, in the order in which the pipeline holds them. */
  Map<Field<?>, Shape> fields();

  /**
   * Makes the fields of one example. Every random draw comes from the example's {@link Draws}.
   *
   * @param tf ops of the function that is mapped over examples
   * @return a tensor for each of {@link #fields}
   */
  Map<Field<?>, Operand<?>> of(Ops tf, StoredExample example);

  /** The fields of all of these views. */
  static View all(View... views) {
    return new View() {
      @Override
      public Map<Field<?>, Shape> fields() {
        Map<Field<?>, Shape> fields = new LinkedHashMap<>();
        List.of(views).forEach(view -> fields.putAll(view.fields()));
        return fields;
      }

      @Override
      public Map<Field<?>, Operand<?>> of(Ops tf, StoredExample example) {
        Map<Field<?>, Operand<?>> fields = new LinkedHashMap<>();
        List.of(views).forEach(view -> fields.putAll(view.of(tf, example)));
        return fields;
      }
    };
  }

  /** The number of an example in its source. */
  static View example() {
    return new View() {
      @Override
      public Map<Field<?>, Shape> fields() {
        return Map.of(Field.EXAMPLE, Shape.scalar());
      }

      @Override
      public Map<Field<?>, Operand<?>> of(Ops tf, StoredExample example) {
        return Map.of();
      }
    };
  }

  /** The class of an example. */
  static View label() {
    return new View() {
      @Override
      public Map<Field<?>, Shape> fields() {
        return Map.of(Field.LABEL, Shape.scalar());
      }

      @Override
      public Map<Field<?>, Operand<?>> of(Ops tf, StoredExample example) {
        return Map.of(Field.LABEL, tf.identity(example.label()));
      }
    };
  }

  /**
   * What a source knows of an example beside image, label and mask.
   *
   * @param fields with the shape that the source gives each
   */
  static View further(Map<Field<?>, Shape> fields) {
    return new View() {
      @Override
      public Map<Field<?>, Shape> fields() {
        return fields;
      }

      @Override
      public Map<Field<?>, Operand<?>> of(Ops tf, StoredExample example) {
        return example.further();
      }
    };
  }
}
