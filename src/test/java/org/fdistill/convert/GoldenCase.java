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
import java.util.Optional;
import org.fdistill.convert.TeacherImport.Request;
import org.fdistill.export.SavedModelWriter.Inspection;
import org.fdistill.resample.Bicubic;
import org.fdistill.testing.Golden;
import org.fdistill.testing.NpyArray;
import org.fdistill.testing.Npz;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;

/**
 * A checkpoint in a real file's layout, and what another implementation answers with it.
 *
 * @param folder under golden/import
 * @param about case.json
 * @param arrays expected.npz
 */
record GoldenCase(Path folder, JsonObject about, Map<String, NpyArray> arrays) {
  /**
   * Of each token's largest value. PyTorch's own float32 is up to 3e-6 from float64 here; the sums
   * of another order are a few times as far at most.
   */
  private static final double TOLERANCE = 1e-5;

  static GoldenCase open(String name) throws IOException {
    Path folder = Golden.resource("golden/import/" + name);
    String about = Files.readString(folder.resolve("case.json"));
    return new GoldenCase(
        folder,
        JsonParser.parseString(about).getAsJsonObject(),
        Npz.read(folder.resolve("expected.npz")));
  }

  boolean has(String array) {
    return arrays.containsKey(array);
  }

  int number(String key) {
    return about.get(key).getAsInt();
  }

  Path checkpoint() {
    return folder.resolve(about.get("checkpoint").getAsString());
  }

  /** Our name of the family. */
  String family() {
    String arch = about.get("arch").getAsString();
    if (arch.startsWith("open_clip")) {
      return "openclip";
    }
    if (arch.startsWith("esvit")) {
      return "esvit";
    }
    return arch.startsWith("fd_swin") ? "fd_swin" : about.get("family").getAsString();
  }

  /** Imports the checkpoint; the folder of the SavedModel. */
  Path write(Path out, String key, int imageSize) {
    return write(out, key, imageSize, Optional.empty());
  }

  /** The same with a way to resample positions. */
  Path write(Path out, String key, int imageSize, Optional<Bicubic> resampling) {
    List<String> overrides =
        Files.exists(checkpoint().resolve("preprocessor_config.json"))
            ? List.of()
            : unpublishedSize();
    Request request = new Request(checkpoint(), family(), key, imageSize, resampling, overrides);
    try (TeacherImport teacher = TeacherImport.open(request)) {
      return teacher.write(out.resolve("model"), Inspection.NONE).path();
    }
  }

  /** What no tensor tells of networks as small as these. */
  List<String> unpublishedSize() {
    List<String> overrides = new ArrayList<>();
    switch (family()) {
      case "esvit" -> overrides.add("model.swin.image_size=" + number("image_size"));
      case "swin" -> {} // Masks and configs tell.
      case "fd_swin", "swin_v2" -> {
        // Buffers tell the others; this one's name tells the windows of the published size.
        if (Files.isDirectory(checkpoint())) {
          String window = Integer.toString(number("window"));
          overrides.add("model.swin_v2.window=" + window);
          overrides.add(
              "model.swin_v2.position_window=" + String.join(",", window, window, window));
        }
      }
      default -> overrides.add("model.vit.heads=" + number("heads"));
    }
    return overrides;
  }

  /**
   * Compares an output of a model, row by row.
   *
   * @param wrong gets a line for each row that is too far off
   */
  void compare(Path model, String images, String output, String expected, List<String> wrong) {
    compare(model, images, Map.of(output, expected), wrong);
  }

  /**
   * The same for several outputs of one call.
   *
   * @param outputs the array that each is compared with
   */
  void compare(Path model, String images, Map<String, String> outputs, List<String> wrong) {
    try (SavedModelBundle bundle = SavedModelBundle.load(model.toString(), "serve");
        TFloat32 input = pixels(arrays.get(images));
        Result result = bundle.function("serving_default").call(Map.of("images", input))) {
      outputs.forEach(
          (output, expected) ->
              compare((TFloat32) result.get(output).orElseThrow(), output, expected, wrong));
    }
  }

  private void compare(TFloat32 tensor, String output, String expected, List<String> wrong) {
    NpyArray wanted = arrays.get(expected);
    assertThat(tensor.shape().asArray()).isEqualTo(wanted.shape());
    float[] actual = new float[wanted.size()];
    tensor.copyTo(DataBuffers.of(actual, false, false));
    int width = (int) wanted.shape()[wanted.shape().length - 1];
    double[] values = wanted.doubles();
    for (int row = 0; row < actual.length / width; row++) {
      double error = error(values, actual, row * width, width);
      if (!(error <= TOLERANCE)) {
        wrong.add(output + " row " + row + " is off by " + error);
      }
    }
  }

  private static TFloat32 pixels(NpyArray images) {
    byte[] bytes = images.bytes();
    float[] pixels = new float[bytes.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = bytes[i] & 0xff;
    }
    return TFloat32.tensorOf(Shape.of(images.shape()), DataBuffers.of(pixels));
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
