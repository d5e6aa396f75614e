package org.fdistill.convert;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.fdistill.config.UserError;
import org.fdistill.graph.LoadedModel;
import org.fdistill.resample.Bicubic;
import org.fdistill.weights.StoredTensor;
import org.fdistill.weights.WeightArchive;
import org.fdistill.weights.WeightArchives;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.types.TFloat32;

/**
 * What another implementation of a network answered: a file of tensors with {@code images} [B, S,
 * S, 3], pixel values from 0 to 255, and outputs by their names, such as {@code tokens} [B, N, C].
 */
public final class StoredAnswers {
  private static final String IMAGES = "images";
  private static final String SIGNATURE = "serving_default";

  private final Path file;
  private final float[] images;
  private final Shape shape;
  private final Map<String, Answer> expected;

  /** One output: its shape, and its values row by row. */
  private static final class Answer {
    private final long[] shape;
    private final float[] values;

    Answer(StoredTensor tensor) {
      this.shape = tensor.shape();
      this.values = tensor.floats();
    }

    int width() {
      return (int) shape[shape.length - 1];
    }
  }

  private StoredAnswers(Path file, float[] images, Shape shape, Map<String, Answer> expected) {
    this.file = file;
    this.images = images;
    this.shape = shape;
    this.expected = expected;
  }

  /**
   * Reads a file of safetensors, NumPy or PyTorch.
   *
   * @throws UserError of kind input
   */
  public static StoredAnswers read(Path file) {
    try (WeightArchive archive = WeightArchives.open(file)) {
      StoredTensor images = archive.tensors().get(IMAGES);
      if (images == null || images.shape().length != 4 || images.shape()[3] != 3) {
        throw UserError.input(
            file
                + ": "
                + (images == null
                    ? "no tensor " + IMAGES
                    : IMAGES + " has the shape " + Arrays.toString(images.shape()))
                + ".\n"
                + "Expected images [batch, height, width, 3] with pixel values from 0 to 255, and"
                + " what the network answers: tokens [batch, tokens, width].");
      }
      Map<String, Answer> expected = new TreeMap<>();
      for (StoredTensor tensor : archive.tensors().values()) {
        if (!tensor.name().equals(IMAGES)) {
          expected.put(tensor.name(), new Answer(tensor));
        }
      }
      float[] pixels = images.floats();
      requirePixels(file, pixels);
      return new StoredAnswers(file, pixels, Shape.of(images.shape()), expected);
    }
  }

  private static void requirePixels(Path file, float[] pixels) {
    float lowest = Float.POSITIVE_INFINITY;
    float highest = Float.NEGATIVE_INFINITY;
    for (float pixel : pixels) {
      lowest = Math.min(lowest, pixel);
      highest = Math.max(highest, pixel);
    }
    if (!(lowest >= 0 && highest <= 255 && highest > 1)) {
      throw UserError.input(
          "%s: images lie between %s and %s.\nExpected pixel values from 0 to 255, before any normalisation: the model normalises them itself."
              .formatted(file, lowest, highest));
    }
  }

  /**
   * One compared output.
   *
   * @param output its name
   * @param difference the largest, over the rows along the last axis, of the largest difference in
   *     a row over the row's largest value
   */
  public record Comparison(String output, double difference) {}

  /**
   * Compares a model's answers.
   *
   * @param model the folder of saved_model.pb
   * @param tolerance of {@link Comparison#difference}
   * @param resampling how the model's absolute positions were resampled; empty where they were not
   * @throws UserError of kind input, where an output is missing or further away
   */
  public List<Comparison> compare(Path model, double tolerance, Optional<Bicubic> resampling) {
    try (LoadedModel loaded = LoadedModel.load(model);
        TFloat32 input = TFloat32.tensorOf(shape, DataBuffers.of(images, true, false))) {
      SignatureDef signature = loaded.signature(SIGNATURE);
      requireSize(signature);
      return List.copyOf(
          loaded
              .call(
                  SIGNATURE,
                  input,
                  outputs(signature),
                  (output, tensor) -> compare(output, (TFloat32) tensor, tolerance, resampling))
              .values());
    }
  }

  private void requireSize(SignatureDef signature) {
    long side = signature.getInputsOrThrow(IMAGES).getTensorShape().getDim(1).getSize();
    if (shape.get(1) != side || shape.get(2) != side) {
      throw UserError.input(
          "%s: images of %d x %d pixels.\nExpected %d x %d, which the model takes; --image-size changes it."
              .formatted(file, shape.get(1), shape.get(2), side, side));
    }
  }

  /** The outputs that both have. */
  private List<String> outputs(SignatureDef signature) {
    List<String> outputs =
        expected.keySet().stream().filter(signature.getOutputsMap()::containsKey).toList();
    if (outputs.isEmpty()) {
      throw UserError.input(
          "%s: none of its tensors %s is an output of the model.\nExpected one of %s."
              .formatted(
                  file, expected.keySet(), new TreeMap<>(signature.getOutputsMap()).keySet()));
    }
    return outputs;
  }

  private Comparison compare(
      String output, TFloat32 tensor, double tolerance, Optional<Bicubic> resampling) {
    Answer answer = expected.get(output);
    if (!Arrays.equals(tensor.shape().asArray(), answer.shape)) {
      throw UserError.input(
          "%s: %s has the shape %s, the model's %s.\nNothing was kept."
              .formatted(file, output, Arrays.toString(answer.shape), tensor.shape()));
    }
    float[] actual = new float[answer.values.length];
    tensor.copyTo(DataBuffers.of(actual, false, false));
    int width = answer.width();
    double worst = 0;
    for (int row = 0; row < actual.length / width; row++) {
      worst = Math.max(worst, difference(answer.values, actual, row * width, width));
    }
    if (!(worst <= tolerance)) {
      throw UserError.input(
          """
          %s: the model's %s differ by up to %.3g of a row's largest value.
          Expected at most %.3g. Nothing was kept. Was the pair made with the same weights, at this \
          image size, with pixel values from 0 to 255, after the final norm? A wrong --arch, or \
          a wrong number of heads (--set model.vit.heads), shows like this as well.%s\
          """
              .formatted(
                  file,
                  output,
                  worst,
                  tolerance,
                  resampling.map(StoredAnswers::otherWays).orElse("")));
    }
    return new Comparison(output, worst);
  }

  private static double difference(float[] expected, float[] actual, int start, int width) {
    double largest = 0;
    double apart = 0;
    for (int i = start; i < start + width; i++) {
      largest = Math.max(largest, Math.abs((double) expected[i]));
      apart = Math.max(apart, Math.abs((double) expected[i] - actual[i]));
    }
    return largest > 0 ? apart / largest : apart;
  }

  private static String otherWays(Bicubic way) {
    List<String> others =
        Bicubic.WAYS.stream().filter(other -> !other.equals(way)).map(Bicubic::toString).toList();
    return "\nIts positions were resampled by %s; implementations differ here: try --resample %s."
        .formatted(way, String.join(" or ", others));
  }
}
