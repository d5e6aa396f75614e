package org.fdistill.data.augment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Signature;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.StatelessCase;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/** Parts of a graph of which one alone is computed, inside the function of tf.data as well. */
final class Branches {
  private Branches() {}

  /** From the inputs, inside the branch, to its results. */
  interface Body extends BiFunction<Ops, List<Operand<?>>, List<Operand<?>>> {}

  /**
   * Computes one of several.
   *
   * @param name of the functions
   * @param index which one, scalar
   * @param inputs of each body
   * @param types of each body's results
   */
  static List<Output<?>> choose(
      Ops tf,
      String name,
      Operand<TInt32> index,
      List<Operand<?>> inputs,
      List<Class<? extends TType>> types,
      List<Body> bodies) {
    List<ConcreteFunction> functions = new ArrayList<>();
    try {
      bodies.forEach(body -> functions.add(function(name + "_" + functions.size(), inputs, body)));
      return StatelessCase.create(tf.scope(), index, inputs, types, functions).output();
    } finally {
      functions.forEach(ConcreteFunction::close);
    }
  }

  /** The image that one of several bodies makes; its shape is that of the first input. */
  static Operand<TUint8> chooseImage(
      Ops tf, String name, Operand<TInt32> index, List<Operand<?>> inputs, List<Body> bodies) {
    Operand<TUint8> chosen =
        choose(tf, name, index, inputs, List.of(TUint8.class), bodies).get(0).expect(TUint8.class);
    return tf.reshape(chosen, tf.constant(inputs.get(0).shape()));
  }

  /** The image that a body makes where a condition holds; else the first input. */
  static Operand<TUint8> onlyIf(
      Ops tf, String name, Operand<TBool> condition, List<Operand<?>> inputs, Body body) {
    Body same = (ops, in) -> List.of(ops.identity(in.get(0)));
    return chooseImage(
        tf, name, tf.dtypes.cast(condition, TInt32.class), inputs, List.of(same, body));
  }

  /**
   * A function of inputs that are like these. Their shapes are part of its name: a graph keeps one
   * of two functions that differ in nothing else, and its optimiser then refuses the other's call.
   */
  static ConcreteFunction function(String name, List<Operand<?>> inputs, Body body) {
    return ConcreteFunction.create(
        tf -> {
          Signature.Builder signature = Signature.builder(name + shapes(inputs));
          List<Operand<?>> inside = new ArrayList<>();
          for (Operand<?> input : inputs) {
            inside.add(tf.placeholder(input.type(), Placeholder.shape(input.shape())));
            signature.input("input_" + inside.size(), inside.get(inside.size() - 1));
          }
          List<Operand<?>> results = body.apply(tf, inside);
          for (int i = 0; i < results.size(); i++) {
            signature.output("output_" + i, results.get(i));
          }
          return signature.build();
        });
  }

  private static String shapes(List<Operand<?>> inputs) {
    StringBuilder shapes = new StringBuilder();
    for (Operand<?> input : inputs) {
      if (input.shape().numDimensions() > 0) {
        shapes.append(
            Arrays.stream(input.shape().asArray())
                .mapToObj(side -> side < 0 ? "n" : Long.toString(side))
                .collect(Collectors.joining("x", "_", "")));
      }
    }
    return shapes.toString();
  }
}
