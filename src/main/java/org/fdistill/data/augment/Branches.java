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
final class Branches implements AutoCloseable {
  private final List<ConcreteFunction> functions = new ArrayList<>();

  /** From the inputs, inside the branch, to its results. */
  interface Body extends BiFunction<Ops, List<Operand<?>>, List<Operand<?>>> {}

  /**
   * Builds the branches, once for however many choices.
   *
   * @param name of the functions
   * @param inputs of each body, or others that are like them
   */
  Branches(String name, List<Operand<?>> inputs, List<Body> bodies) {
    bodies.forEach(body -> functions.add(function(name + "_" + functions.size(), inputs, body)));
  }

  /**
   * Computes one of them.
   *
   * @param index which one, scalar
   * @param types of each body's results
   */
  List<Output<?>> choose(
      Ops tf, Operand<TInt32> index, List<Operand<?>> inputs, List<Class<? extends TType>> types) {
    return StatelessCase.create(tf.scope(), index, inputs, types, functions).output();
  }

  /** The image that one of them makes; its shape is that of the first input. */
  Operand<TUint8> chooseImage(Ops tf, Operand<TInt32> index, List<Operand<?>> inputs) {
    Operand<TUint8> chosen =
        choose(tf, index, inputs, List.of(TUint8.class)).get(0).expect(TUint8.class);
    return tf.reshape(chosen, tf.constant(inputs.get(0).shape()));
  }

  /** The image that a body makes where a condition holds; else the first input. */
  static Operand<TUint8> onlyIf(
      Ops tf, String name, Operand<TBool> condition, List<Operand<?>> inputs, Body body) {
    Body same = (ops, in) -> List.of(ops.identity(in.get(0)));
    try (Branches branches = new Branches(name, inputs, List.of(same, body))) {
      return branches.chooseImage(tf, tf.dtypes.cast(condition, TInt32.class), inputs);
    }
  }

  @Override
  public void close() {
    functions.forEach(ConcreteFunction::close);
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
