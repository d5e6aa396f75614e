package org.fdistill.graph.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;

class WholeStepTest {
  private static final String LOSS = "step/loss";
  private static final String UPDATE = "step/update";
  private static final float[] INPUT = {1, 2, 3};
  private static final float RATE = 0.01f;

  /** A handful of float32 roundings. */
  private static final Offset<Double> TOLERANCE = within(1e-5);

  @Test
  void theCompiledStepDoesWhatThePlainOneDoes() {
    GraphDef plain = gradientDescent();
    GraphDef compiled = WholeStep.compile(plain, List.of(LOSS), UPDATE);
    List<Double> expected = byHand(3);
    List<Double> plainLosses = train(plain, 3);
    List<Double> compiledLosses = train(compiled, 3);
    for (int step = 0; step < 3; step++) {
      assertThat(plainLosses.get(step)).isCloseTo(expected.get(step), TOLERANCE);
      // An update missed, or made twice, would show in the loss of the next step.
      assertThat(compiledLosses.get(step)).isCloseTo(expected.get(step), TOLERANCE);
    }
  }

  @Test
  void lossAndUpdateHangOnOneCallThatXlaMustCompile() {
    GraphDef compiled = WholeStep.compile(gradientDescent(), List.of(LOSS), UPDATE);
    assertThat(node(compiled, LOSS).getInputList()).containsExactly(UPDATE + "/xla:0");
    assertThat(node(compiled, UPDATE).getInputList()).containsExactly("^" + UPDATE + "/xla");
    NodeDef call = node(compiled, UPDATE + "/xla");
    assertThat(call.getAttrOrThrow("_XlaMustCompile").getB()).isTrue();
    assertThat(call.getInputList()).containsExactlyInAnyOrder("w:0", "x:0", "rate:0");
  }

  /** loss = sum((w x)²) and w -= rate d loss / d w, with w of ones at first. */
  private static GraphDef gradientDescent() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, tf.constant(0L));
      Variable w = variables.trainable("w", Shape.of(3), Initializers.ones());
      Operand<TFloat32> x = input(tf, "x", Shape.of(3));
      Operand<TFloat32> rate = input(tf, "rate", Shape.scalar());
      Operand<TFloat32> loss = tf.sum(tf.math.square(tf.math.mul(w.value(), x)), tf.constant(0));
      Output<?>[] gradient =
          graph.addGradients(loss.asOutput(), new Output<?>[] {w.value().asOutput()});
      Op update = tf.train.resourceApplyGradientDescent(w.handle(), rate, asFloat(gradient[0]));
      Ops step = tf.withSubScope("step");
      step.withName("loss").identity(loss);
      step.withName("update").withControlDependencies(update).noOp();
      tf.withName("start").withControlDependencies(variables.initializations()).noOp();
      return graph.toGraphDef();
    }
  }

  private static List<Double> byHand(int steps) {
    double[] w = {1, 1, 1};
    List<Double> losses = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      double loss = 0;
      for (int i = 0; i < w.length; i++) {
        loss += Math.pow(w[i] * INPUT[i], 2);
        w[i] -= RATE * 2 * w[i] * INPUT[i] * INPUT[i];
      }
      losses.add(loss);
    }
    return losses;
  }

  private static List<Double> train(GraphDef definition, int steps) {
    List<Double> losses = new ArrayList<>();
    try (Graph graph = new Graph()) {
      graph.importGraphDef(definition);
      try (Session session = new Session(graph);
          TFloat32 x = TFloat32.vectorOf(INPUT);
          TFloat32 rate = TFloat32.scalarOf(RATE)) {
        session.runner().addTarget(graph.operation("start")).run().close();
        for (int step = 0; step < steps; step++) {
          try (Result result =
              session
                  .runner()
                  .feed("x", x)
                  .feed("rate", rate)
                  .fetch(LOSS)
                  .addTarget(graph.operation(UPDATE))
                  .run()) {
            losses.add((double) ((TFloat32) result.get(0)).getFloat());
          }
        }
      }
    }
    return losses;
  }

  private static Operand<TFloat32> input(Ops tf, String name, Shape shape) {
    return tf.withName(name).placeholder(TFloat32.class, Placeholder.shape(shape));
  }

  private static NodeDef node(GraphDef definition, String name) {
    return definition.getNodeList().stream()
        .filter(node -> node.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @SuppressWarnings("unchecked") // The gradient of a float32 tensor is one.
  private static Operand<TFloat32> asFloat(Output<?> gradient) {
    return (Output<TFloat32>) gradient;
  }
}
