package org.fdistill.export;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.config.TextProtos;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.teacher.TeacherDescription;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** What a model is, where it comes from and how to call it, as Markdown for people. */
final class ModelCard {
  private final RunConfig run;
  private final Checkpoint checkpoint;
  private final InferenceGraph graph;
  private final StringBuilder text = new StringBuilder();

  private ModelCard(RunConfig run, Checkpoint checkpoint, InferenceGraph graph) {
    this.run = run;
    this.checkpoint = checkpoint;
    this.graph = graph;
  }

  static String of(RunConfig run, Checkpoint checkpoint, InferenceGraph graph) {
    return new ModelCard(run, checkpoint, graph).toMarkdown();
  }

  private String toMarkdown() {
    line("# " + run.getName());
    line("");
    line(what());
    line("");
    signatures();
    if (run.hasDistill()) {
      teacher(TeacherDescription.of(run.getDistill().getTeacher()));
    }
    training();
    if (!run.getExport().getNote().isEmpty()) {
      section("Note");
      line(run.getExport().getNote());
    }
    section("Config");
    line("```");
    text.append(TextProtos.toText(run));
    line("```");
    return text.toString();
  }

  private String what() {
    long parameters = graph.shapes().values().stream().mapToLong(shape -> shape.size()).sum();
    return String.format(
        Locale.ROOT,
        "%s of %,d parameters, for images of %d x %d pixels; written by fdistill.",
        run.hasDistill()
            ? "A vision backbone, distilled from a teacher's features,"
            : "An image classifier",
        parameters,
        graph.side(),
        graph.side());
  }

  private void signatures() {
    section("How to call it");
    line("A TensorFlow SavedModel in TensorFlow Serving's layout, with two signatures:");
    line("");
    int side = graph.side();
    line(
        "- `serving_default`: `images`, float32 [batch, %d, %d, 3], RGB, pixel values from 0 to 255"
                .formatted(side, side)
            + " as they come from a decoded file; they are normalised inside.");
    line(
        "- `image_bytes`: `bytes`, string [batch], the bytes of JPEG, PNG, GIF or BMP files of any"
            + " size; they are decoded, resized and cropped inside, as in evaluation.");
    line("");
    line("Outputs of both, float32:");
    line("");
    Map<String, Operand<TFloat32>> outputs = graph.signatures().get(0).outputs();
    outputs.forEach((name, tensor) -> line("- `" + name + "` " + shape(tensor)));
  }

  private static String shape(Operand<TFloat32> tensor) {
    StringBuilder sizes = new StringBuilder("[batch");
    for (int i = 1; i < tensor.shape().numDimensions(); i++) {
      sizes.append(", ").append(tensor.shape().get(i));
    }
    return sizes.append(']').toString();
  }

  private void teacher(TeacherConfig teacher) {
    section("Teacher");
    line("- path: " + teacher.getPath());
    if (!teacher.getName().isEmpty()) {
      line("- name: " + teacher.getName());
    }
    line(
        "- licence of its weights: "
            + (teacher.getLicence().isEmpty() ? "not stated" : teacher.getLicence()));
    line("");
    line("This model learned from the teacher's outputs; its licence may bind this model too.");
  }

  private void training() {
    section("Training");
    line("- step: " + checkpoint.manifest().progress().step());
    line("- data: " + source(run.getTrainData()));
    if (run.hasValidationData()) {
      line("- validation data: " + source(run.getValidationData()));
    }
    new TreeMap<>(checkpoint.manifest().validation())
        .forEach((name, value) -> line("- validation " + name + ": " + value));
    new TreeMap<>(checkpoint.manifest().versions())
        .forEach((name, version) -> line("- " + name + " " + version));
  }

  private static String source(DataConfig data) {
    return switch (data.getSourceCase()) {
      case TFRECORD -> "TFRecord files " + String.join(", ", data.getTfrecord().getPathList());
      case IMAGE_FOLDER -> "images under " + data.getImageFolder().getPath();
      case NOISE -> "noise";
      case SOURCE_NOT_SET -> "not stated";
    };
  }

  private void section(String title) {
    List.of("", "## " + title, "").forEach(this::line);
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
