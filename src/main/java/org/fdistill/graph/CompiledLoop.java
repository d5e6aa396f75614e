package org.fdistill.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Operands;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.PartitionedCall;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * A formula that XLA compiles into a few loops over its tensors when it first runs: of element-wise
 * ops, and of sums along the last axis. TensorFlow's own kernels pass over memory once for each op,
 * and take bfloat16 numbers one by one in exp and erf; in the loops all is float32 and only results
 * are rounded.
 *
 * <p>A loop has no gradient of its own: use it in a {@link FusedGradient}.
 */
public final class CompiledLoop {
  /** The attribute of a call whose function XLA must compile. */
  public static final String COMPILED = "_XlaMustCompile";

  /** The numbers below which a loop saves less than it costs to compile. */
  private static final long SMALLEST = 1 << 17;

  /** What is computed. */
  @FunctionalInterface
  public interface Formula {
    /** Builds it; no tensor's shape is known. */
    List<Operand<TFloat32>> of(Ops tf, List<Operand<TFloat32>> x);
  }

  /**
   * A result of a call.
   *
   * @param type in which it is stored
   * @param like a tensor of its shape; null where nobody reads its shape from the graph
   */
  public record Result(Class<? extends TFloating> type, Operand<?> like) {
    /** Results of some types, all of the shape of one tensor. */
    public static List<Result> alike(List<Class<? extends TFloating>> types, Operand<?> like) {
      return types.stream().map(type -> new Result(type, like)).toList();
    }
  }

  /** Types of arguments and results, on which the name of a function depends. */
  private record Types(List<DataType> arguments, List<DataType> results) {
    static Types of(
        List<Class<? extends TFloating>> arguments, List<Class<? extends TFloating>> results) {
      return new Types(dataTypes(arguments), dataTypes(results));
    }

    private static List<DataType> dataTypes(List<Class<? extends TFloating>> types) {
      return types.stream().map(Operands::toDataType).toList();
    }
  }

  private final String name;
  private final Formula formula;

  /** With the checksum that TensorFlow adds to the name of a function. */
  private final Map<Types, String> names = new ConcurrentHashMap<>();

  private CompiledLoop(String name, Formula formula) {
    this.name = name;
    this.formula = formula;
  }

  /**
   * A formula with a name.
   *
   * @param name of the function in a graph, one for each formula
   */
  public static CompiledLoop of(String name, Formula formula) {
    return new CompiledLoop(name, formula);
  }

  /** Whether formulas of a tensor are to be loops in this place. */
  public static boolean pays(LayerScope scope, Operand<?> x) {
    return pays(scope, x.shape());
  }

  /** As {@link #pays(LayerScope, Operand)}, of a tensor of a shape. */
  public static boolean pays(LayerScope scope, Shape shape) {
    return scope.compilesLoops() && !shape.hasUnknownDimension() && shape.size() >= SMALLEST;
  }

  /**
   * Brings the function for some types into a graph; before {@link #call}, and not in the rule of a
   * gradient.
   *
   * @param arguments their types
   * @param results the types in which they are stored
   */
  public void declare(
      Ops tf,
      List<Class<? extends TFloating>> arguments,
      List<Class<? extends TFloating>> results) {
    try (Graph body = new Graph();
        ConcreteFunction function =
            ConcreteFunction.create(signature(body, arguments, results), body)) {
      tf.scope().env().attachFunction(function);
      names.put(Types.of(arguments, results), function.getDefinedName());
    }
  }

  private Signature signature(
      Graph body,
      List<Class<? extends TFloating>> arguments,
      List<Class<? extends TFloating>> results) {
    Ops tf = Ops.create(body);
    Signature.Builder signature = Signature.builder(name);
    List<Operand<TFloat32>> x = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      Operand<? extends TFloating> argument = tf.placeholder(arguments.get(i));
      signature.input("x" + i, argument);
      x.add(Precision.full(tf, argument));
    }
    List<Operand<TFloat32>> y = formula.of(tf, x);
    for (int i = 0; i < results.size(); i++) {
      signature.output("y" + i, Precision.to(tf, y.get(i), results.get(i)));
    }
    return signature.build();
  }

  /**
   * Computes the formula.
   *
   * @param x of the types that were declared
   * @param results of the types that were declared
   */
  public List<Operand<TFloating>> call(Ops tf, List<? extends Operand<?>> x, List<Result> results) {
    Operation call = operation(tf, x, results);
    return IntStream.range(0, results.size())
        .mapToObj(i -> shaped(tf, call.output(i), results.get(i).like()))
        .toList();
  }

  /**
   * Computes a formula with one result.
   *
   * @param x of one type, which is that of the result
   * @param like a tensor of the result's shape
   */
  public Operand<TFloating> call(Ops tf, List<? extends Operand<?>> x, Operand<?> like) {
    Class<? extends TFloating> type = x.get(0).type().asSubclass(TFloating.class);
    return call(tf, x, List.of(new Result(type, like))).get(0);
  }

  private Operation operation(Ops tf, List<? extends Operand<?>> x, List<Result> results) {
    Output<?>[] inputs = x.stream().map(Operand::asOutput).toArray(Output<?>[]::new);
    Types types =
        new Types(
            Arrays.stream(inputs).map(Output::dataType).toList(),
            results.stream().map(result -> Operands.toDataType(result.type())).toList());
    NameAttrList callee = NameAttrList.newBuilder().setName(names.get(types)).build();
    return tf.scope()
        .opBuilder(PartitionedCall.OP_NAME, name)
        .addInputList(inputs)
        .setAttr("Tin", types.arguments().toArray(DataType[]::new))
        .setAttr("Tout", types.results().toArray(DataType[]::new))
        .setAttr("f", AttrValue.newBuilder().setFunc(callee).build())
        .setAttr(COMPILED, true)
        .build();
  }

  /** The shape of a call's result is not known to those who read the graph. */
  private static Operand<TFloating> shaped(Ops tf, Output<TFloating> y, Operand<?> like) {
    return like == null ? y : tf.reshape(y, tf.shape(like));
  }
}
