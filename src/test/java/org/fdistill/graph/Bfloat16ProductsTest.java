package org.fdistill.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fdistill.graph.FrozenModels.variable;

import org.junit.jupiter.api.Test;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;

class Bfloat16ProductsTest {
  private static final Shape ROWS = Shape.of(3, 4);

  /** A gate's factor is rounded as its value is; the terms of a vector's length are not. */
  @Test
  void factorsFollowTheirProductsUnlessASumAloneReadsThem() {
    FrozenProgram program =
        FrozenModels.program(
                ROWS,
                (tf, x) -> {
                  Operand<TFloat32> y = tf.linalg.matMul(x, variable(tf, "kernel", 4, 4));
                  Operand<TFloat32> squares = tf.withName("squares").math.mul(y, y);
                  Operand<TFloat32> gated = tf.withName("gated").math.mul(y, tf.nn.relu(y));
                  Operand<TFloat32> length = tf.sum(squares, tf.constant(0));
                  return tf.math.add(tf.math.add(gated, tf.sum(gated, tf.constant(0))), length);
                })
            .inBfloat16();
    assertThat(type(program, "gated")).isEqualTo(DataType.DT_BFLOAT16);
    assertThat(type(program, "squares")).isEqualTo(DataType.DT_FLOAT);
    // One cast of y does for both factors.
    assertThat(program.parts().node("squares").getInputList())
        .allMatch(program.parts().node("squares").getInput(0)::equals);
  }

  private static DataType type(FrozenProgram program, String node) {
    return program.parts().node(node).getAttrOrThrow("T").getType();
  }
}
