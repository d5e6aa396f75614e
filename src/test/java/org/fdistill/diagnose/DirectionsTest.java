package org.fdistill.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.fdistill.graph.GraphScope;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.SessionFactory;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.fdistill.testing.GraphRun;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class DirectionsTest {
  /** A filter is what an output has: TensorFlow's last axis. */
  @Test
  void filtersRunOverAllAxesButTheLast() {
    assertThat(Directions.withinFilter("a/kernel", Shape.of(3, 4))).containsExactly(0);
    assertThat(Directions.withinFilter("a/kernel", Shape.of(2, 2, 3, 4))).containsExactly(0, 1, 2);
    assertThat(Directions.withinFilter("student/rel_pos_bias/table", Shape.of(9, 2)))
        .containsExactly(1);
    assertThat(Directions.withinFilter("student/cls_token", Shape.of(1, 1, 8)))
        .containsExactly(0, 1, 2);
    assertThat(Directions.withinFilter("student/pos_embed", Shape.of(1, 17, 8)))
        .containsExactly(0, 1, 2);
  }

  @Test
  void everyFilterIsAsLongAsItsWeights() {
    float[] weights = normal(12, 1);
    for (int row = 0; row < 3; row++) {
      weights[row * 4 + 2] = 0;
    }
    float[] direction;
    try (GraphRun run = new GraphRun()) {
      Operand<TFloat32> drawn = run.input(normal(12, 2), 3, 4);
      Operand<TFloat32> w = run.input(weights, 3, 4);
      direction = run.run(List.of(Directions.normalised(run.tf(), "kernel", drawn, w))).get(0);
    }
    for (int filter = 0; filter < 4; filter++) {
      double length = length(weights, filter);
      // Two sums of three squares, two roots, a quotient and a product, each rounded.
      assertThat(length(direction, filter)).isCloseTo(length, within(8 * 0x1p-24 * length + 1e-20));
    }
    assertThat(direction[0]).isNotEqualTo(weights[0]);
  }

  private static double length(float[] matrix, int column) {
    double sum = 0;
    for (int row = 0; row < 3; row++) {
      sum += Math.pow(matrix[row * 4 + column], 2);
    }
    return Math.sqrt(sum);
  }

  private static float[] normal(int count, int seed) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @Test
  void weightsComeBackToTheBitAndOnesOfOneAxisStay() {
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.ops(graph);
      Variables variables = new Variables(tf, tf.constant(0L));
      Variable kernel = variables.trainable("kernel", Shape.of(2, 3), Initializers.normal(1));
      Variable bias = variables.trainable("bias", Shape.of(3), Initializers.normal(1));
      List<Op> firstValues = variables.initializations();
      Directions directions = Directions.build(tf, variables);
      try (Session session = SessionFactory.open(graph)) {
        Session.Runner runner = session.runner();
        firstValues.forEach(runner::addTarget);
        runner.run().close();
        float[] before = value(session, kernel);
        float[] biasBefore = value(session, bias);
        directions.keep(session);
        float[] moved = moved(directions, session, kernel, 0);
        float[] elsewhere = moved(directions, session, kernel, 1);
        assertThat(value(session, bias)).containsExactly(biasBefore);
        directions.move(session, 0);
        assertThat(value(session, kernel)).containsExactly(before);
        directions.move(session, 3);
        directions.moveBack(session);
        assertThat(value(session, kernel)).containsExactly(before);
        for (int i = 0; i < 6; i++) {
          assertThat(moved[i]).isNotEqualTo(before[i]).isNotEqualTo(elsewhere[i]);
        }
      }
    }
  }

  private static float[] moved(
      Directions directions, Session session, Variable variable, long direction) {
    directions.draw(session, direction);
    directions.move(session, 0.7f);
    return value(session, variable);
  }

  private static float[] value(Session session, Variable variable) {
    try (Result result = session.runner().fetch(variable.value()).run()) {
      float[] values = new float[(int) variable.shape().size()];
      ((TFloat32) result.get(0)).asRawTensor().data().asFloats().read(values);
      return values;
    }
  }
}
