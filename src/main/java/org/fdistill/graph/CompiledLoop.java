package org.fdistill.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Signature;
import org.tensorflow.op.Operands;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.PartitionedCall;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * An element-wise formula that runs as one loop over its tensors, compiled by XLA when it first
 * runs. TensorFlow's own kernels pass over memory once for each op, and take bfloat16 numbers one
 * by one in exp and erf; in the loop all is float32 and only its result is rounded.
 *
 * <p>A loop has no gradient of its own: use it in a {@link FusedGradient}.
 */
public final class CompiledLoop {
  /** The attribute of a call whose function XLA must compile. */
  public static final String COMPILED = "_XlaMustCompile";

  /** The numbers below which a loop saves less than it costs to compile. */
  private static final long SMALLEST = 1 << 17;

  /** What is computed of one element of each tensor. */
  @FunctionalInterface
  public interface Formula {
    /** Builds it of element-wise ops. */
    Operand<TFloat32> of(Ops tf, List<Operand<TFloat32>> x);
  }

  private final String name;
  private final int inputs;
  private final Formula formula;

  /** With the checksum that TensorFlow adds to the name of a function. */
  private final Map<Class<?>, String> names = new ConcurrentHashMap<>();

  private CompiledLoop(String name, int inputs, Formula formula) {
    this.name = name;
    this.inputs = inputs;
    this.formula = formula;
  }

  /**
   * A formula with a name.
   *
   * @param name of the function in a graph, one for each formula
   * @param inputs how many tensors it takes, of one shape
   */
  public static CompiledLoop of(String name, int inputs, Formula formula) {
    return new CompiledLoop(name, inputs, formula);
  }

  /** Whether formulas of a tensor are to be loops in this place. */
  public static boolean pays(LayerScope scope, Operand<?> x) {
    return scope.compilesLoops()
        && !x.shape().hasUnknownDimension()
        && x.shape().size() >= SMALLEST;
  }

  /** Brings the function into a graph; before {@link #call}, and not in the rule of a gradient. */
  public void declare(Ops tf, Class<? extends TFloating> type) {
    try (Graph body = new Graph();
        ConcreteFunction function = ConcreteFunction.create(signature(body, type), body)) {
      tf.scope().env().attachFunction(function);
      names.put(type, function.getDefinedName());
    }
  }

  private Signature signature(Graph body, Class<? extends TFloating> type) {
    Ops tf = Ops.create(body);
    Signature.Builder signature = Signature.builder(name);
    List<Operand<TFloat32>> x = new ArrayList<>();
    for (int i = 0; i < inputs; i++) {
      Operand<? extends TFloating> argument = tf.placeholder(type);
      signature.input("x" + i, argument);
      x.add(Precision.full(tf, argument));
    }
    Operand<TFloat32> y = formula.of(tf, x);
    return signature.output("y", type == TFloat32.class ? y : tf.dtypes.cast(y, type)).build();
  }

  /**
   * Computes the formula.
   *
   * @param x of one shape and type, which was declared
   * @return the same shape and type
   */
  public Operand<TFloating> call(Ops tf, List<Operand<TFloating>> x) {
    Class<TFloating> type = x.get(0).type();
    DataType dataType = Operands.toDataType(type);
    DataType[] types = Collections.nCopies(inputs, dataType).toArray(DataType[]::new);
    NameAttrList callee = NameAttrList.newBuilder().setName(names.get(type)).build();
    Output<TFloating> y =
        tf.scope()
            .opBuilder(PartitionedCall.OP_NAME, name)
            .addInputList(x.stream().map(Operand::asOutput).toArray(Output<?>[]::new))
            .setAttr("Tin", types)
            .setAttr("Tout", new DataType[] {dataType})
            .setAttr("f", AttrValue.newBuilder().setFunc(callee).build())
            .setAttr(COMPILED, true)
            .build()
            .output(0);
    // The call's shape is not known to those who read the graph.
    return tf.reshape(y, tf.shape(x.get(0)));
  }
}
