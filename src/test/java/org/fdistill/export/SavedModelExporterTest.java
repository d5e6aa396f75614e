package org.fdistill.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.fdistill.checkpoint.BundleReader;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.resample.RelativePositionTable;
import org.fdistill.task.Tasks;
import org.fdistill.teacher.Teacher;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.EagerSession;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

class SavedModelExporterTest {
  private static final int SIDE = TrainedRuns.SIDE;

  /** Evaluation's resized side: 28 / 0.875, so that a file of this side is only cropped. */
  private static final int FILE_SIDE = 32;

  /** One export that several tests read. */
  @TempDir static Path shared;

  private static Exported distilled;

  @TempDir Path folder;

  @BeforeAll
  static void exportOnce() {
    RunConfig run = TrainedRuns.distilled();
    Checkpoint checkpoint = TrainedRuns.write(run, shared.resolve("run"), 40, Map.of("loss", 0.25));
    distilled = SavedModelExporter.export(checkpoint, shared.resolve("export"));
  }

  @Test
  void itAnswersAsTheCheckpointsWeightsDo() {
    Path path = distilled.path();
    assertThat(path).isEqualTo(shared.resolve("export/1"));
    assertThat(distilled.difference()).isBetween(0f, ExportCheck.TOLERANCE);
    assertThat(distilled.parameters()).isEqualTo(9112);
    Map<String, Shape> shapes = call(path, "serving_default", pixels(3));
    assertThat(shapes)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "tokens", Shape.of(3, 17, 16),
                "feature_map", Shape.of(3, 4, 4, 16),
                "cls", Shape.of(3, 16),
                "pooled", Shape.of(3, 16)));
  }

  @Test
  void aSecondExportIsTheNextVersion() throws Exception {
    Files.createDirectories(folder.resolve("export/7"));
    Files.createDirectories(folder.resolve("export/notes"));
    assertThat(exported(TrainedRuns.distilled())).hasFileName("8");
    assertThat(children(folder.resolve("export")))
        .containsExactlyInAnyOrder(".lock", "7", "8", "notes");
  }

  /** TensorFlow gives the entries of a graph's maps in another order each time. */
  @Test
  void theSameCheckpointGivesTheSameBytes() throws Exception {
    Path run = shared.resolve("run/checkpoints/step-40");
    Path again = SavedModelExporter.export(Checkpoint.open(run), folder.resolve("export")).path();
    List<Path> files;
    try (Stream<Path> all = Files.walk(distilled.path())) {
      files = all.filter(Files::isRegularFile).toList();
    }
    assertThat(files).hasSize(7);
    for (Path file : files) {
      assertThat(again.resolve(distilled.path().relativize(file)))
          .hasBinaryContent(Files.readAllBytes(file));
    }
  }

  @Test
  void filesAndPixelsGiveTheSame() {
    Path path = distilled.path();
    byte[] square = noise(FILE_SIDE);
    float[] middle = new float[SIDE * SIDE * 3];
    int margin = (FILE_SIDE - SIDE) / 2;
    for (int i = 0; i < middle.length; i++) {
      int row = i / (SIDE * 3) + margin;
      int column = i / 3 % SIDE + margin;
      middle[i] = square[(row * FILE_SIDE + column) * 3 + i % 3] & 0xff;
    }
    try (TFloat32 pixels = TFloat32.tensorOf(Shape.of(1, SIDE, SIDE, 3), DataBuffers.of(middle));
        TString file = TString.tensorOfBytes(NdArrays.vectorOfObjects(png(square, FILE_SIDE)))) {
      float[] fromPixels = tokens(path, "serving_default", pixels);
      float[] fromFile = tokens(path, "image_bytes", file);
      assertThat(fromFile).containsExactly(fromPixels, within(1e-6f));
    }
  }

  @Test
  void aClassifierGivesLogitsAndProbabilities() {
    Path path = exported(TrainedRuns.classified());
    assertThat(call(path, "serving_default", pixels(2)))
        .containsEntry("logits", Shape.of(2, 5))
        .containsEntry("probabilities", Shape.of(2, 5))
        .containsKey("tokens");
  }

  @Test
  void anExportServesAsATeacher() {
    Path path = distilled.path();
    TeacherConfig config = TeacherConfig.newBuilder().setPath(path.getParent().toString()).build();
    Teacher teacher = Teacher.open(config, SIDE);
    assertThat(teacher.name()).isEqualTo("tiny");
    assertThat(teacher.prefixTokens()).isEqualTo(1);
    assertThat(teacher.width()).isEqualTo(16);
    assertThat(teacher.description().getLicence()).contains("CC BY 4.0");
    try (Graph graph = new Graph();
        TUint8 bytes = TUint8.tensorOf(Shape.of(1, SIDE, SIDE, 3), DataBuffers.of(noise(SIDE)))) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> tokens = teacher.build(tf, tf.constantOf(bytes)).tokens();
      try (Session session = TestSession.open(graph)) {
        teacher.restore(session);
        try (Result result = session.runner().fetch(tokens).run();
            TFloat32 pixels = pixels(1)) {
          float[] expected = tokens(path, "serving_default", pixels);
          assertThat(floats(result.get(0))).containsExactly(expected, within(1e-6f));
        }
      }
    }
  }

  @Test
  void theModelCardTellsWhereTheModelComesFrom() throws Exception {
    Path card = distilled.path().resolve("assets.extra/model_card.md");
    assertThat(Files.readString(card))
        .contains(
            "# tiny", "pixel values from 0 to 255", "savedmodels/somebody", "CC BY 4.0", "read it")
        .contains("validation loss: 0.25", "step: 40", "Made for a test.", "patch_size: 7")
        .contains("`tokens` float32 [batch, 17, 16]", "fdistill", "tensorflow 2.18");
  }

  /** The resampling itself is compared with SciPy's where it is tested. */
  @Test
  void anotherImageSizeResamplesPositionsAndNothingElse() throws Exception {
    Checkpoint checkpoint = checkpoint(TrainedRuns.classified());
    Path path =
        SavedModelExporter.export(
                checkpoint,
                Tasks.students(checkpoint.runConfig()).get(0),
                List.of(2 * SIDE),
                folder.resolve("x"))
            .get(0)
            .path();
    try (BundleReader trained = new BundleReader(checkpoint.prefix());
        BundleReader larger = new BundleReader(path.resolve("variables/variables"))) {
      for (Map.Entry<String, Shape> variable : larger.shapes().entrySet()) {
        float[] expected = trained.read(variable.getKey());
        if (variable.getKey().endsWith("rel_pos_bias/table")) {
          assertThat(variable.getValue().get(0)).isEqualTo(15 * 15 + 3);
          expected = new RelativePositionTable(4, 3, 2).resize(8, expected);
        }
        assertThat(larger.read(variable.getKey())).as(variable.getKey()).isEqualTo(expected);
      }
      assertThat(larger.shapes()).containsKeys("student/rel_pos_bias/table", "head/kernel");
    }
    assertThat(Files.readString(path.resolve("assets.extra/model_card.md")))
        .contains("images of 56 x 56", "image size: 28; positions are resampled");
  }

  private Checkpoint checkpoint(RunConfig run) {
    return TrainedRuns.write(run, folder.resolve("run"), 40, Map.of("loss", 0.25));
  }

  private Path exported(RunConfig run) {
    return SavedModelExporter.export(checkpoint(run), folder.resolve("export")).path();
  }

  private static List<String> children(Path path) throws Exception {
    try (Stream<Path> children = Files.list(path)) {
      return children.map(child -> child.getFileName().toString()).toList();
    }
  }

  private static Map<String, Shape> call(Path path, String signature, Tensor input) {
    Map<String, Shape> shapes = new java.util.HashMap<>();
    try (input;
        SavedModelBundle bundle = SavedModelBundle.load(path.toString(), "serve");
        Result result = bundle.function(signature).call(Map.of("images", input))) {
      result.forEach(entry -> shapes.put(entry.getKey(), entry.getValue().shape()));
    }
    return shapes;
  }

  private static float[] tokens(Path path, String signature, Tensor input) {
    try (SavedModelBundle bundle = SavedModelBundle.load(path.toString(), "serve")) {
      SignatureDef called = bundle.metaGraphDef().getSignatureDefOrThrow(signature);
      String name = called.getInputsMap().values().iterator().next().getName();
      String output = called.getOutputsOrThrow("tokens").getName();
      try (Result result = bundle.session().runner().feed(name, input).fetch(output).run()) {
        return floats(result.get(0));
      }
    }
  }

  private static float[] floats(Tensor tensor) {
    float[] values = new float[(int) tensor.size()];
    ((TFloat32) tensor).copyTo(DataBuffers.of(values, false, false));
    return values;
  }

  private static TFloat32 pixels(int batch) {
    byte[] bytes = noise(SIDE);
    float[] values = new float[batch * bytes.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = bytes[i % bytes.length] & 0xff;
    }
    return TFloat32.tensorOf(Shape.of(batch, SIDE, SIDE, 3), DataBuffers.of(values));
  }

  private static byte[] noise(int side) {
    byte[] bytes = new byte[side * side * 3];
    new java.util.Random(5).nextBytes(bytes);
    return bytes;
  }

  private static byte[] png(byte[] pixels, int side) {
    try (EagerSession eager = EagerSession.create();
        TUint8 image = TUint8.tensorOf(Shape.of(side, side, 3), DataBuffers.of(pixels))) {
      Ops tf = Ops.create(eager);
      return tf.image.encodePng(tf.constantOf(image)).asTensor().asBytes().getObject();
    }
  }
}
