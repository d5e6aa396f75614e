package org.fdistill.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class FiniteFlagsTest {
  @Test
  void eachTensorHasItsFlag() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      List<Operand<TFloat32>> tensors =
          List.of(
              tf.constant(new float[][] {{1, Float.MAX_VALUE}, {0, -3}}),
              tf.constant(new float[][] {{1, 2}, {Float.NaN, 4}}),
              tf.constant(Float.NEGATIVE_INFINITY),
              tf.constant(0f));
      try (Session session = TestSession.open(graph);
          Result result = session.runner().fetch(FiniteFlags.of(tf, tensors)).run()) {
        TFloat32 values = (TFloat32) result.get(0);
        float[] all = new float[4];
        for (int i = 0; i < all.length; i++) {
          all[i] = values.getFloat(i);
        }
        assertThat(all).containsExactly(1, 0, 0, 1);
      }
    }
  }
}
