package org.fdistill.export;

import java.util.List;
import java.util.Locale;
import org.fdistill.config.TextProtos;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** What a model is, where it comes from and how to call it, as Markdown for people. */
final class ModelCard {
  private final ModelContent content;
  private final InferenceGraph graph;
  private final StringBuilder text = new StringBuilder();

  private ModelCard(ModelContent content, InferenceGraph graph) {
    this.content = content;
    this.graph = graph;
  }

  static String of(ModelContent content, InferenceGraph graph) {
    return new ModelCard(content, graph).toMarkdown();
  }

  private String toMarkdown() {
    line("# " + content.config().getName());
    line("");
    line(what());
    signatures();
    for (ModelContent.Section section : content.sections()) {
      section(section.title());
      section.lines().forEach(this::line);
    }
    section("Config");
    line("```");
    text.append(TextProtos.toText(content.config()));
    line("```");
    return text.toString();
  }

  private String what() {
    long parameters = graph.shapes().values().stream().mapToLong(shape -> shape.size()).sum();
    String images =
        isDense() ? "images of any size" : "images of %1$d x %1$d pixels".formatted(graph.side());
    return String.format(
        Locale.ROOT,
        "%s of %,d parameters, for %s; written by fdistill.",
        content.title(),
        parameters,
        images);
  }

  private boolean isDense() {
    return graph.network().dense() != null;
  }

  private void signatures() {
    section("How to call it");
    if (isDense()) {
      denseSignatures();
    } else {
      featureSignatures();
    }
    for (ServingSignature signature : graph.signatures()) {
      line("");
      line("Outputs of `" + signature.name() + "`:");
      line("");
      signature
          .outputs()
          .forEach((name, tensor) -> line("- `" + name + "` " + type(tensor) + shape(tensor)));
    }
  }

  private void denseSignatures() {
    line("A TensorFlow SavedModel in TensorFlow Serving's layout, with three signatures:");
    line("");
    line(
        "- `serving_default`: `images`, float32 [batch, height, width, 3], RGB, pixel values from 0"
            + " to 255 as they come from a decoded file; they are scaled, cut into windows and"
            + " normalised inside, as in evaluation.");
    line("- `uint8_images`: the same as uint8.");
    line("- `image_bytes`: `bytes`, string [1], the bytes of one JPEG, PNG, GIF or BMP file.");
  }

  private void featureSignatures() {
    line("A TensorFlow SavedModel in TensorFlow Serving's layout, with three signatures:");
    line("");
    int side = graph.side();
    line(
        "- `serving_default`: `images`, float32 [batch, %d, %d, 3], RGB, pixel values from 0 to 255"
                .formatted(side, side)
            + " as they come from a decoded file; they are normalised inside. Images of another"
            + " size are refused.");
    line(
        "- `features`: the same images; the maps inside of the network that a head for each pixel"
            + " takes, from early to late, before any final norm.");
    line(
        "- `image_bytes`: `bytes`, string [batch], the bytes of JPEG, PNG, GIF or BMP files of any"
            + " size; they are decoded, resized and cropped inside, as in evaluation.");
    line(
        "  Its output `decoded` [batch] is 1 for each file that could be decoded and 0 for each"
            + " that could not; the other outputs are NaN for the latter, and as they should be for"
            + " the rest of the batch.");
  }

  /** Said once where all are alike. */
  private static String type(Operand<?> tensor) {
    return tensor.type().equals((Class<?>) TFloat32.class) ? "float32 " : "uint8 ";
  }

  private String shape(Operand<?> tensor) {
    StringBuilder sizes = new StringBuilder("[batch");
    for (int i = 1; i < tensor.shape().numDimensions(); i++) {
      sizes.append(", ");
      if (isDense() && i < 3) {
        sizes.append(i == 1 ? "height" : "width");
      } else {
        sizes.append(tensor.shape().get(i));
      }
    }
    return sizes.append(']').toString();
  }

  private void section(String title) {
    List.of("", "## " + title, "").forEach(this::line);
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
