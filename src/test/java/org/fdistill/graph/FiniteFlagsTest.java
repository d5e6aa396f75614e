package org.fdistill.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
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
      Map<String, Operand<TFloat32>> tensors = new LinkedHashMap<>();
      tensors.put("images", tf.constant(new float[][] {{1, Float.MAX_VALUE}, {0, -3}}));
      tensors.put("tokens", tf.constant(new float[][] {{1, 2}, {Float.NaN, 4}}));
      tensors.put("loss", tf.constant(Float.NEGATIVE_INFINITY));
      tensors.put("rate", tf.constant(0f));
      FiniteFlags flags = FiniteFlags.of(tf, tensors);
      try (Session session = TestSession.open(graph);
          Result result = session.runner().fetch(flags.flags()).run()) {
        TFloat32 values = (TFloat32) result.get(0);
        float[] all = new float[4];
        for (int i = 0; i < all.length; i++) {
          all[i] = values.getFloat(i);
        }
        assertThat(flags.nonFinite(all)).containsExactly("tokens", "loss");
      }
    }
  }
}
