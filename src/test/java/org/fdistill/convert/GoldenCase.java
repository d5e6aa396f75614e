package org.fdistill.convert;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fdistill.convert.TeacherImport.Request;
import org.fdistill.export.ModelContent;
import org.fdistill.export.WeightSource;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.model.Endpoints;
import org.fdistill.resample.Resampling;
import org.fdistill.testing.Golden;
import org.fdistill.testing.GraphRun;
import org.fdistill.testing.NpyArray;
import org.fdistill.testing.Npz;
import org.fdistill.testing.Tolerance;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Tensor;
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
  static GoldenCase open(String name) throws IOException {
    Path folder = Golden.resource("golden/import/" + name);
    String about = Files.readString(folder.resolve("case.json"));
    return new GoldenCase(
        folder,
        JsonParser.parseString(about).getAsJsonObject(),
        Npz.read(folder.resolve("expected.npz")));
  }

  /**
   * The arrays that are compared: tokens of all images, and for the first their mean and logits.
   */
  List<String> compared() {
    return arrays.keySet().stream()
        .filter(array -> array.matches("tokens(_resized|_student)?|pooled|logits"))
        .filter(array -> !heldBack(array))
        .toList();
  }

  /** SigLIP's pooling head is left out, and DeiT's two classifiers of a distilled network. */
  private boolean heldBack(String output) {
    boolean pooling = family().equals("siglip");
    boolean distilled = number("prefix_tokens") == 2;
    return output.equals("pooled") ? pooling : output.equals("logits") && distilled;
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

  /** The checkpoint's import as a user asks for it, at the size that it was trained at. */
  Request request() {
    return request("", 0, Optional.empty());
  }

  /**
   * The same with another network of the file, size or way to resample positions.
   *
   * @param key of the network; empty: the family's usual one
   * @param imageSize 0: as it was trained
   */
  Request request(String key, int imageSize, Optional<Resampling> resampling) {
    List<String> overrides =
        Files.exists(checkpoint().resolve("preprocessor_config.json"))
            ? List.of()
            : unpublishedSize();
    return new Request(checkpoint(), family(), key, imageSize, resampling, overrides, "");
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
      case "dinov3" -> {
        // Buffers of its own files tell the heads, timm's configuration the size.
        if (Files.isDirectory(checkpoint())) {
          overrides.add("model.vit.heads=" + number("heads"));
        } else {
          overrides.add("model.vit.image_size=" + number("image_size"));
        }
      }
      default -> overrides.add("model.vit.heads=" + number("heads"));
    }
    return overrides;
  }

  /**
   * What the imported network gives, without a SavedModel around it.
   *
   * @param images their array
   */
  Map<String, NpyArray> answers(Request request, String images) {
    try (TeacherImport teacher = TeacherImport.open(request);
        GraphRun run = new GraphRun()) {
      ModelContent content = teacher.content("model");
      NpyArray pixels = arrays.get(images);
      LayerScope scope = LayerScope.inference(run.tf(), run.variables(), Precision.FLOAT32);
      Endpoints endpoints =
          content.network().network().build(scope, run.input(pixels(pixels), pixels.shape()));
      Map<String, Operand<TFloat32>> outputs = new LinkedHashMap<>();
      outputs.put("tokens", endpoints.tokens());
      outputs.put("pooled", endpoints.pooled(run.tf()));
      outputs.putAll(content.network().head().outputs(scope, endpoints));
      content.weights().requireVariables(run.shapes());
      content.weights().load(new FedVariables(run));
      return arrays(outputs, run.run(List.copyOf(outputs.values())), pixels.shape()[0]);
    }
  }

  /** Gives each variable of a run its value. */
  private record FedVariables(GraphRun run) implements WeightSource.Receiver {
    @Override
    public Map<String, Shape> shapes() {
      return run.shapes();
    }

    @Override
    public void restore(Path prefix) {
      throw new UnsupportedOperationException("a checkpoint to import is no bundle");
    }

    @Override
    public void assign(String variable, float[] values) {
      run.setVariable(variable, values);
    }
  }

  private static Map<String, NpyArray> arrays(
      Map<String, Operand<TFloat32>> outputs, List<float[]> values, long batch) {
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    outputs.forEach(
        (name, output) -> {
          long[] shape = output.shape().asArray();
          shape[0] = batch;
          arrays.put(name, NpyArray.of(values.get(arrays.size()), shape));
        });
    return arrays;
  }

  /** What the import as a SavedModel gives. */
  Map<String, NpyArray> exported(Path model, String images) {
    NpyArray pixels = arrays.get(images);
    Map<String, NpyArray> answers = new LinkedHashMap<>();
    try (SavedModelBundle bundle = SavedModelBundle.load(model.toString(), "serve");
        TFloat32 input =
            TFloat32.tensorOf(Shape.of(pixels.shape()), DataBuffers.of(pixels(pixels)));
        Result result = bundle.function("serving_default").call(Map.of("images", input))) {
      for (Map.Entry<String, Tensor> output : result) {
        TFloat32 tensor = (TFloat32) output.getValue();
        float[] values = new float[Math.toIntExact(tensor.size())];
        tensor.copyTo(DataBuffers.of(values, false, false));
        answers.put(output.getKey(), NpyArray.of(values, tensor.shape().asArray()));
      }
    }
    return answers;
  }

  /** How far float32 may be off in this array, in the measure of {@link #error}. */
  double bound(String expected) {
    return Tolerance.bound(about.getAsJsonObject("float32_error").get(expected).getAsDouble());
  }

  /**
   * The largest, over the rows along the last axis, of the largest difference in a row over the
   * row's largest value.
   *
   * @param expected the golden's array
   */
  double error(NpyArray answer, String expected) {
    NpyArray wanted = arrays.get(expected);
    assertThat(answer.shape()).as(expected).isEqualTo(wanted.shape());
    float[] actual = answer.floats();
    double[] values = wanted.doubles();
    int width = (int) wanted.shape()[wanted.shape().length - 1];
    double worst = 0;
    for (int row = 0; row < actual.length / width; row++) {
      worst = Math.max(worst, error(values, actual, row * width, width));
    }
    return worst;
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
