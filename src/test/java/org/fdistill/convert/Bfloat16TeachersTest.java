package org.fdistill.convert;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.fdistill.export.SavedModelWriter.Inspection;
import org.fdistill.graph.Precision;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.teacher.Teacher;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** How far the tokens of imported teachers move where their products are in bfloat16. */
@Tag("slow")
class Bfloat16TeachersTest {
  /**
   * Root mean square of the difference over that of the tokens. bfloat16 has 8 significant bits:
   * one rounding is off by at most 2^-8 of a value, by 0.00165 of normally distributed ones in the
   * root mean square. A network of two to four blocks makes some 30 in a row, which add up as
   * sqrt(30) where they are independent; twice that, for layers that enlarge what is off.
   */
  private static final double BOUND = 2 * 0.00165 * Math.sqrt(30);

  @TempDir Path folder;

  static List<String> cases() throws IOException {
    return ImportGoldenTest.cases();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tokensMoveByNoMoreThanTheirRounding(String name) throws IOException {
    GoldenCase golden = GoldenCase.open(name);
    try (TeacherImport teacher = TeacherImport.open(golden.request())) {
      Path model = teacher.write(folder.resolve("model"), Inspection.NONE).path();
      int side = golden.number("image_size");
      float[] exact = tokens(model, side, Precision.FLOAT32);
      float[] rounded = tokens(model, side, Precision.BFLOAT16);
      double moved = distance(exact, rounded);
      assertThat(moved).isBetween(1e-5, BOUND);
    }
  }

  private static float[] tokens(Path model, int side, Precision precision) {
    TeacherConfig config = TeacherConfig.newBuilder().setPath(model.toString()).build();
    Teacher teacher = Teacher.open(config, side, precision);
    byte[] pixels = new byte[2 * side * side * 3];
    new Random(1).nextBytes(pixels);
    try (Graph graph = new Graph();
        TUint8 images = TUint8.tensorOf(Shape.of(2, side, side, 3), DataBuffers.of(pixels))) {
      Ops tf = Ops.create(graph);
      Operand<TUint8> batch =
          tf.withName("batch")
              .placeholder(TUint8.class, Placeholder.shape(Shape.of(2, side, side, 3)));
      Operand<TFloat32> tokens = teacher.build(tf, batch).tokens();
      try (Session session = new Session(graph)) {
        teacher.restore(session);
        try (Result result = session.runner().feed(batch, images).fetch(tokens).run()) {
          float[] values = new float[(int) result.get(0).shape().size()];
          ((TFloat32) result.get(0)).asRawTensor().data().asFloats().read(values);
          return values;
        }
      }
    }
  }

  private static double distance(float[] exact, float[] rounded) {
    double difference = 0;
    double size = 0;
    for (int i = 0; i < exact.length; i++) {
      difference += Math.pow((double) exact[i] - rounded[i], 2);
      size += Math.pow(exact[i], 2);
    }
    return Math.sqrt(difference / size);
  }
}
