package org.fdistill.convert;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.fdistill.convert.TeacherImport.Request;
import org.fdistill.export.SavedModelWriter.Inspection;
import org.fdistill.testing.Golden;
import org.fdistill.testing.NpyArray;
import org.fdistill.testing.Npz;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;

/**
 * Checkpoints in the files' real layouts, with the tokens that timm, transformers, open_clip or the
 * published code gave for them.
 */
class ImportGoldenTest {
  /**
   * Of each token's largest value. PyTorch's own float32 is up to 3e-6 from float64 here; the sums
   * of another order are a few times as far at most.
   */
  private static final double TOLERANCE = 1e-5;

  @TempDir Path folder;

  /** Every case that has tokens: the folders under golden/import. */
  static List<String> cases() throws IOException {
    try (Stream<Path> folders = Files.list(Golden.resource("golden/import"))) {
      return folders
          .filter(f -> Files.exists(f.resolve("expected.npz")))
          .map(f -> f.getFileName().toString())
          .filter(name -> !name.startsWith("full"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tokensAgreeWithTheImplementationThatTheCheckpointIsFrom(String name) throws IOException {
    Path files = Golden.resource("golden/import/" + name);
    JsonObject about =
        JsonParser.parseString(Files.readString(files.resolve("case.json"))).getAsJsonObject();
    Map<String, NpyArray> expected = Npz.read(files.resolve("expected.npz"));
    Path model = imported(files, about, "", 0);
    List<String> wrong = new ArrayList<>();
    for (String output : List.of("tokens", "pooled", "logits")) {
      if (expected.containsKey(output) && !heldBack(about, output)) {
        compare(model, expected.get("images"), output, expected.get(output), wrong);
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** SigLIP's pooling head is left out, and DeiT's two classifiers of a distilled network. */
  private static boolean heldBack(JsonObject about, String output) {
    boolean pooling = about.get("family").getAsString().equals("siglip");
    boolean distilled = about.get("prefix_tokens").getAsInt() == 2;
    return output.equals("pooled") && pooling || output.equals("logits") && distilled;
  }

  private Path imported(Path files, JsonObject about, String key, int imageSize) {
    Path checkpoint = files.resolve(about.get("checkpoint").getAsString());
    String family = family(about);
    List<String> overrides =
        Files.exists(checkpoint.resolve("preprocessor_config.json"))
            ? List.of()
            : unpublishedSize(family, about);
    Request request = new Request(checkpoint, family, key, imageSize, overrides);
    try (TeacherImport teacher = TeacherImport.open(request)) {
      return teacher.write(folder.resolve("model"), Inspection.NONE).path();
    }
  }

  /** Our name of the family. */
  private static String family(JsonObject about) {
    String arch = about.get("arch").getAsString();
    if (arch.startsWith("open_clip")) {
      return "openclip";
    }
    if (arch.startsWith("esvit")) {
      return "esvit";
    }
    return arch.startsWith("fd_swin") ? "fd_swin" : about.get("family").getAsString();
  }

  /** What no tensor tells of networks as small as these. */
  private static List<String> unpublishedSize(String family, JsonObject about) {
    List<String> overrides = new ArrayList<>();
    int side = about.get("image_size").getAsInt();
    switch (family) {
      case "swin", "esvit" -> overrides.add("model.swin.image_size=" + side);
      case "swin_v2", "fd_swin" -> {
        overrides.add("model.swin_v2.image_size=" + side);
        overrides.add("model.swin_v2.window=" + about.get("window").getAsInt());
      }
      default -> overrides.add("model.vit.heads=" + about.get("heads").getAsInt());
    }
    if (about.has("position_window")) {
      List<String> windows = new ArrayList<>();
      about.getAsJsonArray("position_window").forEach(w -> windows.add(w.getAsString()));
      overrides.add("model.swin_v2.position_window=" + String.join(",", windows));
    }
    return overrides;
  }

  static void compare(
      Path model, NpyArray images, String output, NpyArray expected, List<String> wrong) {
    float[] pixels = pixels(images);
    try (SavedModelBundle bundle = SavedModelBundle.load(model.toString(), "serve");
        TFloat32 input = TFloat32.tensorOf(Shape.of(images.shape()), DataBuffers.of(pixels));
        Result result = bundle.function("serving_default").call(Map.of("images", (Tensor) input))) {
      TFloat32 tensor = (TFloat32) result.get(output).orElseThrow();
      assertThat(tensor.shape().asArray()).isEqualTo(expected.shape());
      float[] actual = new float[Math.toIntExact(tensor.size())];
      tensor.copyTo(DataBuffers.of(actual, false, false));
      int width = (int) expected.shape()[expected.shape().length - 1];
      double[] values = expected.doubles();
      for (int row = 0; row < actual.length / width; row++) {
        double error = error(values, actual, row * width, width);
        if (!(error <= TOLERANCE)) {
          wrong.add(output + " row " + row + " is off by " + error);
        }
      }
    }
  }

  private static float[] pixels(NpyArray images) {
    byte[] bytes = images.bytes();
    float[] pixels = new float[bytes.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = bytes[i] & 0xff;
    }
    return pixels;
  }

  private static double error(double[] expected, float[] actual, int start, int width) {
    double largest = 0;
    double apart = 0;
    for (int i = start; i < start + width; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      apart = Math.max(apart, Math.abs(expected[i] - actual[i]));
    }
    return apart / largest;
  }
}
