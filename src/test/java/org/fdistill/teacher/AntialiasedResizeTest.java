package org.fdistill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.fdistill.testing.DeterministicValues;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.image.ScaleAndTranslate;
import org.tensorflow.types.TFloat32;

class AntialiasedResizeTest {
  /** Weighted means of values below 256 in float32, over up to four pixels a side. */
  private static final float TOLERANCE = 256 * 8 * 1.2e-7f;

  @ParameterizedTest
  @CsvSource({"8, 8", "8, 4", "9, 4", "7, 5", "5, 7", "4, 12"})
  void itIsTensorFlowsAntialiasedTriangle(int from, int to) {
    try (Graph graph = new Graph();
        TFloat32 values =
            TFloat32.tensorOf(
                Shape.of(2, from, from, 3),
                DataBuffers.of(
                    DeterministicValues.uniform("image", 2 * from * from * 3, 128, 127)))) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> images = tf.constantOf(values);
      Operand<TFloat32> ours = new AntialiasedResize(from, to).apply(tf, images);
      float scale = (float) to / from;
      Operand<TFloat32> theirs =
          tf.image.scaleAndTranslate(
              images,
              tf.constant(new int[] {to, to}),
              tf.constant(new float[] {scale, scale}),
              tf.constant(new float[2]),
              ScaleAndTranslate.kernelType("triangle"),
              ScaleAndTranslate.antialias(true));
      try (Session session = TestSession.open(graph);
          Result result = session.runner().fetch(ours).fetch(theirs).run()) {
        assertThat(floats(result, 0)).containsExactly(floats(result, 1), within(TOLERANCE));
      }
    }
  }

  private static float[] floats(Result result, int index) {
    TFloat32 tensor = (TFloat32) result.get(index);
    float[] values = new float[(int) tensor.size()];
    tensor.copyTo(DataBuffers.of(values, false, false));
    return values;
  }
}
