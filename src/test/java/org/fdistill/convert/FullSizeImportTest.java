package org.fdistill.convert;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fdistill.convert.TeacherImport.Request;
import org.fdistill.export.SavedModelWriter.Inspection;
import org.fdistill.testing.DeterministicValues;
import org.fdistill.testing.SafetensorsFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;

/** Networks at full size, with weights that are made here and in Python alike. */
@Tag("slow")
class FullSizeImportTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"full_vit_b16, vit_base16", "full_swin_b, swin_base_w7_224"})
  void tokensAgreeWithTimm(String name, String arch) throws IOException {
    GoldenCase golden = GoldenCase.open(name);
    Path checkpoint = folder.resolve(golden.about().get("checkpoint").getAsString());
    writeWeights(golden.about().getAsJsonObject("parameters"), checkpoint);
    List<String> statistics = List.of(statistic(golden, "mean"), statistic(golden, "std"));
    Request request = new Request(checkpoint, arch, "", 0, Optional.empty(), statistics, "");
    Path model;
    try (TeacherImport teacher = TeacherImport.open(request)) {
      model = teacher.write(folder.resolve("model"), Inspection.NONE).path();
    }
    compare(golden, tokens(model, golden.number("image_size")));
  }

  private static String statistic(GoldenCase golden, String name) {
    String values = golden.about().getAsJsonArray(name).toString().replaceAll("[\\[\\] ]", "");
    return "train_data.normalization." + name + "=" + values;
  }

  private static void writeWeights(JsonObject parameters, Path file) throws IOException {
    SafetensorsFile weights = new SafetensorsFile();
    for (String name : parameters.keySet()) {
      JsonObject range = parameters.getAsJsonObject(name);
      JsonArray sizes = range.getAsJsonArray("shape");
      long[] shape = new long[sizes.size()];
      int count = 1;
      for (int i = 0; i < shape.length; i++) {
        shape[i] = sizes.get(i).getAsLong();
        count *= (int) shape[i];
      }
      int elements = count;
      float centre = range.get("centre").getAsFloat();
      float half = range.get("half_width").getAsFloat();
      weights.add(name, () -> DeterministicValues.uniform(name, elements, centre, half), shape);
    }
    weights.write(file);
  }

  private static float[] tokens(Path model, int side) {
    int[] bytes = DeterministicValues.integers("images", 2 * side * side * 3, 256);
    float[] pixels = new float[bytes.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = bytes[i];
    }
    try (SavedModelBundle bundle = SavedModelBundle.load(model.toString(), "serve");
        TFloat32 input = TFloat32.tensorOf(Shape.of(2, side, side, 3), DataBuffers.of(pixels));
        Result result = bundle.function("serving_default").call(Map.of("images", input))) {
      TFloat32 tensor = (TFloat32) result.get("tokens").orElseThrow();
      float[] values = new float[Math.toIntExact(tensor.size())];
      tensor.copyTo(DataBuffers.of(values, false, false));
      return values;
    }
  }

  private static void compare(GoldenCase golden, float[] actual) {
    double[] sampled = golden.arrays().get("sampled").doubles();
    double[] norms = golden.arrays().get("norms").doubles();
    double[] largest = golden.arrays().get("max_abs").doubles();
    int width = actual.length / norms.length;
    int[] positions = DeterministicValues.integers("sample/tokens", sampled.length, actual.length);
    double worst = 0;
    for (int i = 0; i < sampled.length; i++) {
      double apart = Math.abs(actual[positions[i]] - sampled[i]);
      worst = Math.max(worst, apart / largest[positions[i] / width]);
    }
    for (int row = 0; row < norms.length; row++) {
      double square = 0;
      for (int i = row * width; i < (row + 1) * width; i++) {
        square += (double) actual[i] * actual[i];
      }
      worst = Math.max(worst, Math.abs(Math.sqrt(square) - norms[row]) / norms[row]);
    }
    assertThat(worst).isLessThanOrEqualTo(golden.bound("tokens"));
  }
}
