package org.fdistill.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.fdistill.proto.AdamWConfig;
import org.fdistill.proto.RuntimeConfig;
import org.fdistill.train.SessionSettings;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** Parameters, fed gradients, clipping and AdamW in one small graph. */
final class OptimizerHarness implements AutoCloseable {
  private final Graph graph = new Graph();
  private final Ops tf = Ops.create(graph);
  private final Placeholder<TInt64> seed = tf.placeholder(TInt64.class);
  private final Variables variables = new Variables(tf, seed);
  private final Map<String, Placeholder<TFloat32>> gradientFeeds = new LinkedHashMap<>();
  private final Placeholder<TFloat32> hyperparameters =
      tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1)));
  private final AdamW optimizer;
  private final GlobalNormClipping.Result clipped;
  private final List<Op> update;
  private final Session session;

  OptimizerHarness(Map<String, Shape> shapes, AdamWConfig config, float clipNorm, boolean xla) {
    List<Gradient> gradients = new ArrayList<>();
    shapes.forEach(
        (name, shape) -> {
          Variable parameter = variables.trainable(name, shape, Initializers.zeros());
          Placeholder<TFloat32> feed = tf.placeholder(TFloat32.class, Placeholder.shape(shape));
          gradientFeeds.put(name, feed);
          gradients.add(new Gradient(parameter, feed));
        });
    optimizer = new AdamW(config, ParameterRules.weightDecay().assign(variables.trainable()));
    clipped = GlobalNormClipping.apply(tf, gradients, 1, clipNorm);
    update = optimizer.update(tf, variables, clipped.gradients(), hyperparameters);
    RuntimeConfig.Builder runtime =
        RuntimeConfig.newBuilder().setIntraOpThreads(2).setInterOpThreads(4);
    runtime.setXla(xla ? RuntimeConfig.Xla.AUTO : RuntimeConfig.Xla.OFF);
    session = new Session(graph, SessionSettings.of(runtime.build()));
    Session.Runner runner = session.runner();
    variables.initializations().forEach(runner::addTarget);
    try (TInt64 zero = TInt64.scalarOf(0)) {
      runner.feed(seed, zero).run().close();
    }
  }

  void assign(String name, float[] values) {
    Variable variable = variable(name);
    try (TFloat32 tensor = tensor(variable.shape(), values)) {
      Placeholder<TFloat32> feed =
          tf.placeholder(TFloat32.class, Placeholder.shape(variable.shape()));
      Op assignment = tf.assignVariableOp(variable.handle(), feed);
      session.runner().feed(feed, tensor).addTarget(assignment).run().close();
    }
  }

  /** One step; returns the norm of the gradients before they were clipped. */
  float step(long step, double rate, Map<String, float[]> gradients) {
    Session.Runner runner = session.runner().fetch(clipped.norm());
    List<TFloat32> feeds = new ArrayList<>();
    gradients.forEach(
        (name, values) -> {
          TFloat32 tensor = tensor(variable(name).shape(), values);
          feeds.add(tensor);
          runner.feed(gradientFeeds.get(name), tensor);
        });
    float[] scalars = optimizer.hyperparameters(step, share -> share * rate);
    TFloat32 fed = TFloat32.vectorOf(scalars);
    feeds.add(fed);
    runner.feed(hyperparameters, fed);
    update.forEach(runner::addTarget);
    try (Result result = runner.run()) {
      return ((TFloat32) result.get(0)).getFloat();
    } finally {
      feeds.forEach(TFloat32::close);
    }
  }

  float[] value(String name) {
    return fetch(variable(name).value());
  }

  private Variable variable(String name) {
    return variables.all().stream().filter(v -> v.name().equals(name)).findFirst().orElseThrow();
  }

  private float[] fetch(Operand<TFloat32> tensor) {
    try (Result result = session.runner().fetch(tensor).run()) {
      TFloat32 value = (TFloat32) result.get(0);
      float[] copy = new float[Math.toIntExact(value.size())];
      value.copyTo(DataBuffers.of(copy, false, false));
      return copy;
    }
  }

  private static TFloat32 tensor(Shape shape, float[] values) {
    return TFloat32.tensorOf(shape, DataBuffers.of(values));
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
