package org.fdistill.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class LeakCheckTest {
  @Test
  void whatIsOpenIsCountedUntilItIsClosed() {
    OpenResources before = OpenResources.now();
    try (Graph graph = new Graph()) {
      Ops.create(graph).constant(1f);
      try (Session session = new Session(graph);
          TFloat32 one = TFloat32.scalarOf(1);
          TFloat32 two = TFloat32.scalarOf(2);
          ConcreteFunction function = ConcreteFunction.create(LeakCheckTest::identity)) {
        assertThat(OpenResources.now().without(before))
            .isEqualTo(Map.of("Graph", 1, "TF_Session", 1, "TF_Tensor", 2, "TF_Function", 1));
      }
      assertThat(OpenResources.now().without(before)).isEqualTo(Map.of("Graph", 1));
    }
    assertThat(OpenResources.now().without(before)).isEmpty();
  }

  @Test
  void whatWasOpenBeforeDoesNotCount() {
    try (TFloat32 early = TFloat32.scalarOf(1)) {
      OpenResources before = OpenResources.now();
      assertThat(early.getFloat()).isEqualTo(1);
      assertThat(OpenResources.now().without(before)).isEmpty();
    }
  }

  private static Signature identity(Ops tf) {
    Operand<TFloat32> x = tf.placeholder(TFloat32.class);
    return Signature.builder("same").input("x", x).output("y", tf.identity(x)).build();
  }
}
