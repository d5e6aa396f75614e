package org.fdistill.testing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * A small graph that a test builds and runs once: inputs and variables get their values by name,
 * and results come back as plain arrays.
 */
public final class GraphRun implements AutoCloseable {
  private final Graph graph = new Graph();
  private final Ops tf = Ops.create(graph);
  private final Variables variables;
  private final Map<Operand<?>, Tensor> feeds = new LinkedHashMap<>();

  /** An empty graph. */
  public GraphRun() {
    variables = new Variables(tf, tf.constant(0L));
  }

  /** Where to build. */
  public Ops tf() {
    return tf;
  }

  /** The graph. */
  public Graph graph() {
    return graph;
  }

  /** The graph's variables. */
  public Variables variables() {
    return variables;
  }

  /** The shape of each variable, by name. */
  public Map<String, Shape> shapes() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    variables.all().forEach(v -> shapes.put(v.name(), v.shape()));
    return shapes;
  }

  /** A float32 input with its values. */
  public Operand<TFloat32> input(float[] values, long... shape) {
    Placeholder<TFloat32> input =
        tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(shape)));
    feeds.put(input, tensor(values, Shape.of(shape)));
    return input;
  }

  /** The input of a golden. */
  public Operand<TFloat32> input(Input golden) {
    return input(golden.values(), golden.shape());
  }

  /** An int64 scalar input. */
  public Operand<TInt64> scalar(long value) {
    Placeholder<TInt64> input = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    feeds.put(input, TInt64.scalarOf(value));
    return input;
  }

  /** Gives every variable the value that the golden names; a name missing on either side fails. */
  public void setVariables(Map<String, Input> values) {
    Map<String, Variable> known = new LinkedHashMap<>();
    variables.all().forEach(v -> known.put(v.name(), v));
    if (!known.keySet().equals(values.keySet())) {
      throw new AssertionError(
          "variables " + known.keySet() + "\ndiffer from the golden's " + values.keySet());
    }
    values.forEach(
        (name, input) -> {
          Variable variable = known.get(name);
          if (!variable.shape().equals(Shape.of(input.shape()))) {
            throw new AssertionError(
                name + " is " + variable.shape() + ", golden " + Shape.of(input.shape()));
          }
          feeds.put(variable.value(), tensor(input.values(), variable.shape()));
        });
  }

  /** Gives one variable its value. */
  public void setVariable(String name, float... values) {
    Variable variable =
        variables.all().stream().filter(v -> v.name().equals(name)).findFirst().orElseThrow();
    feeds.put(variable.value(), tensor(values, variable.shape()));
  }

  /** The gradients of a scalar, by tensor in the order given. */
  public List<Output<?>> gradients(Operand<TFloat32> loss, List<? extends Operand<?>> by) {
    Output<?>[] targets = by.stream().map(Operand::asOutput).toArray(Output<?>[]::new);
    return List.of(graph.addGradients(loss.asOutput(), targets));
  }

  /** Runs the graph once and returns the float32 results in order. */
  public List<float[]> run(List<? extends Operand<?>> fetches) {
    try (Session session = TestSession.open(graph)) {
      Session.Runner runner = session.runner();
      feeds.forEach((operand, value) -> runner.feed(operand, value));
      fetches.forEach(runner::fetch);
      try (Result result = runner.run()) {
        return fetches.stream()
            .map(f -> values((TFloat32) result.get(fetches.indexOf(f))))
            .toList();
      }
    }
  }

  @Override
  public void close() {
    feeds.values().forEach(Tensor::close);
    graph.close();
  }

  private static Tensor tensor(float[] values, Shape shape) {
    return TFloat32.tensorOf(shape, DataBuffers.of(values));
  }

  private static float[] values(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }
}
