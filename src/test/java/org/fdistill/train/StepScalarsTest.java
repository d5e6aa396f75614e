package org.fdistill.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.graph.Replicas;
import org.fdistill.testing.GraphRun;
import org.junit.jupiter.api.Test;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class StepScalarsTest {
  /** The exchange gives the mean of the replicas' vectors, which is taken here without it. */
  @Test
  void theLongestWaitComesOutOfTheMeans() {
    float[] waits = {0.25f, 3, 0.5f};
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      List<Operand<TFloat32>> vectors = new ArrayList<>();
      Replicas replicas = null;
      for (int w = 0; w < waits.length; w++) {
        replicas = Replicas.of(waits.length, w, DeviceSpec.newBuilder().build(), "ring");
        vectors.add(StepScalars.oneOf(tf, replicas, run.input(new float[] {waits[w]})));
      }
      Operand<TFloat32> means = tf.math.mean(tf.stack(vectors), tf.constant(0));
      assertThat(run.run(List.of(StepScalars.largest(tf, replicas, means))).get(0))
          .containsExactly(3);
    }
  }
}
