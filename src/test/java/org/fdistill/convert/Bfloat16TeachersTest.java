package org.fdistill.convert;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.fdistill.export.SavedModelWriter.Inspection;
import org.fdistill.graph.Precision;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.teacher.Teacher;
import org.fdistill.testing.NpyArray;
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
   * Root mean square of the difference over that of the tokens. One rounding to bfloat16 is off by
   * at most 2^-9, by 0.0011 in the mean square; a network of two to four blocks makes some 30 in a
   * row, which add up as sqrt(30) where nothing cancels.
   */
  private static final double BOUND = 3 * 0.0011 * Math.sqrt(30);

  /** Float32 differs from itself by less, were the products left as they are. */
  private static final double LEAST = 1e-3;

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
      NpyArray images = golden.arrays().get("images");
      double moved =
          distance(
              tokens(model, images, Precision.FLOAT32), tokens(model, images, Precision.BFLOAT16));
      System.out.printf("MOVED %s %s %.5f%n", golden.family(), name, moved);
      assertThat(moved).isBetween(LEAST, BOUND);
    }
  }

  /** Of images [B, S, S, 3], 0 to 255. */
  private static float[] tokens(Path model, NpyArray images, Precision precision) {
    TeacherConfig config = TeacherConfig.newBuilder().setPath(model.toString()).build();
    Shape shape = Shape.of(images.shape());
    Teacher teacher = Teacher.open(config, (int) shape.get(1), precision);
    try (Graph graph = new Graph();
        TUint8 pixels = TUint8.tensorOf(shape, DataBuffers.of(bytes(images.floats())))) {
      Ops tf = Ops.create(graph);
      Placeholder<TUint8> batch = tf.placeholder(TUint8.class, Placeholder.shape(shape));
      Operand<TFloat32> tokens = teacher.build(tf, batch).tokens();
      try (Session session = new Session(graph)) {
        teacher.restore(session);
        try (Result result = session.runner().feed(batch, pixels).fetch(tokens).run()) {
          float[] values = new float[(int) result.get(0).shape().size()];
          ((TFloat32) result.get(0)).asRawTensor().data().asFloats().read(values);
          return values;
        }
      }
    }
  }

  private static byte[] bytes(float[] values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) (int) values[i];
    }
    return bytes;
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
