package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.fdistill.testing.Golden;
import org.fdistill.testing.NpyArray;
import org.fdistill.testing.Npz;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;

/**
 * From a published checkpoint to an exported student. What the export answers stays under
 * target/round-trip, where check_export.py compares it with what Python TensorFlow makes of it.
 */
class RoundTripTest {
  private static final Path ROOT = Path.of("target/round-trip");
  private static final int SIDE = 32;

  @BeforeEach
  void clear() throws IOException {
    if (Files.exists(ROOT)) {
      try (Stream<Path> files = Files.walk(ROOT)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    Files.createDirectories(ROOT);
  }

  @Test
  void aPublishedCheckpointTeachesAStudentThatIsExported() throws IOException {
    Path checkpoint = Golden.resource("golden/import/clip-openai/ViT-B-16.pt");
    Path teacher = ROOT.resolve("teacher");
    CommandRun.done(
        "import-teacher",
        "--checkpoint=" + checkpoint,
        "--out=" + teacher,
        "--set=model.vit.heads=2");
    String config = TinyConfigs.distill(ROOT, teacher);
    Path run = ROOT.resolve("run");
    CommandRun trained = CommandRun.done("train", config, "--workdir=" + run);
    assertThat(trained.code()).isZero();

    Path export = run.resolve("export/1");
    Map<String, NpyArray> answers = answers(export);
    assertThat(answers.get("tokens").shape()).containsExactly(2, 17, 8);
    Npz.write(ROOT.resolve("answers.npz"), answers);

    Path second = ROOT.resolve("second");
    String model = "model.init_from=" + export.getParent();
    CommandRun again =
        CommandRun.done(
            "train", config, "--workdir=" + second, "--set=" + model, "--set=export.at_end=false");
    assertThat(again.err()).contains("Initial weights from");
  }

  private static Map<String, NpyArray> answers(Path export) {
    float[] pixels = new float[2 * SIDE * SIDE * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i * 37 % 256;
    }
    Map<String, NpyArray> answers = new TreeMap<>();
    answers.put("images", NpyArray.of(pixels, 2, SIDE, SIDE, 3));
    try (SavedModelBundle bundle = SavedModelBundle.load(export.toString(), "serve");
        TFloat32 input = TFloat32.tensorOf(Shape.of(2, SIDE, SIDE, 3), DataBuffers.of(pixels));
        Result result = bundle.function("serving_default").call(Map.of("images", input))) {
      for (String output : List.of("tokens", "pooled")) {
        TFloat32 tensor = (TFloat32) result.get(output).orElseThrow();
        float[] values = new float[Math.toIntExact(tensor.size())];
        tensor.copyTo(DataBuffers.of(values, false, false));
        answers.put(output, NpyArray.of(values, tensor.shape().asArray()));
      }
    }
    return answers;
  }
}
