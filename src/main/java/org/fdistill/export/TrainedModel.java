package org.fdistill.export;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.fdistill.checkpoint.BundleReader;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.checkpoint.NetworkParameters;
import org.fdistill.checkpoint.ResampledWeights;
import org.fdistill.checkpoint.SavedWeights;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.CardEntry;
import org.fdistill.task.Student;
import org.fdistill.task.Tasks;
import org.tensorflow.ndarray.Shape;

/** A network that a run of this project trained, as the content of a SavedModel. */
final class TrainedModel {
  private final ExportedNetwork network;
  private final RunConfig run;
  private final Checkpoint checkpoint;
  private final Student student;

  /**
   * One of a checkpoint's networks.
   *
   * @param run that would train it alone, and on images of what size it is exported for
   * @param student as it was trained
   */
  TrainedModel(ExportedNetwork network, RunConfig run, Checkpoint checkpoint, Student student) {
    this.network = network;
    this.run = run;
    this.checkpoint = checkpoint;
    this.student = student;
  }

  ModelContent content() {
    CardEntry card = Tasks.card(run);
    String licence = StartingWeights.licence(run);
    return new ModelContent(network, weights(), run, licence, card.title(), sections(card));
  }

  private WeightSource weights() {
    if (isResampled()) {
      return resampled();
    }
    return student.isFirst() ? asTrained() : amongOthers();
  }

  private boolean isResampled() {
    return !run.getModel().equals(student.run().getModel());
  }

  private WeightSource asTrained() {
    return new WeightSource() {
      @Override
      public void requireVariables(Map<String, Shape> expected) {
        checkpoint.requireVariables(expected);
      }

      @Override
      public void load(Receiver receiver) {
        receiver.restore(checkpoint.prefix());
      }
    };
  }

  /** Of a student whose variables have its name before those of a run of its own. */
  private WeightSource amongOthers() {
    return new WeightSource() {
      @Override
      public void requireVariables(Map<String, Shape> expected) {
        Map<String, Shape> named = new LinkedHashMap<>();
        expected.forEach((name, shape) -> named.put(student.prefix() + name, shape));
        checkpoint.requireVariables(named);
      }

      @Override
      public void load(Receiver receiver) {
        try (BundleReader reader = new BundleReader(checkpoint.prefix())) {
          receiver
              .shapes()
              .keySet()
              .forEach(name -> receiver.assign(name, reader.read(student.prefix() + name)));
        }
      }
    };
  }

  /** For images of another size than those of training. */
  private WeightSource resampled() {
    return new WeightSource() {
      @Override
      public void requireVariables(Map<String, Shape> expected) {
        weights(expected);
      }

      @Override
      public void load(Receiver receiver) {
        Map<String, Shape> shapes = receiver.shapes();
        weights(shapes).read(shapes.keySet(), receiver::assign);
      }

      private ResampledWeights weights(Map<String, Shape> shapes) {
        return new ResampledWeights(
            SavedWeights.of(checkpoint),
            student.prefix(),
            new NetworkParameters(network.network().name(), run.getModel(), shapes));
      }
    };
  }

  private List<ModelContent.Section> sections(CardEntry card) {
    List<ModelContent.Section> sections = new ArrayList<>();
    card.sections().forEach((title, lines) -> sections.add(new ModelContent.Section(title, lines)));
    StartingWeights.of(run).ifPresent(start -> sections.add(start.section()));
    sections.add(training());
    if (!run.getExport().getNote().isEmpty()) {
      sections.add(new ModelContent.Section("Note", List.of(run.getExport().getNote())));
    }
    return sections;
  }

  private ModelContent.Section training() {
    List<String> lines = new ArrayList<>();
    if (isResampled()) {
      int side = ExportedNetwork.of(student.run()).network().backbone().imageSize();
      lines.add("- image size: " + side + "; positions are resampled from there, without training");
    }
    lines.add("- step: " + checkpoint.manifest().progress().step());
    lines.add("- data: " + source(run.getTrainData()));
    if (run.hasValidationData()) {
      lines.add("- validation data: " + source(run.getValidationData()));
    }
    new TreeMap<>(checkpoint.manifest().validation())
        .forEach((name, value) -> lines.add("- validation " + name + ": " + value));
    new TreeMap<>(checkpoint.manifest().versions())
        .forEach((name, version) -> lines.add("- " + name + " " + version));
    return new ModelContent.Section("Training", lines);
  }

  private static String source(DataConfig data) {
    return switch (data.getSourceCase()) {
      case TFRECORD -> "TFRecord files " + String.join(", ", data.getTfrecord().getPathList());
      case IMAGE_FOLDER -> "images under " + data.getImageFolder().getPath();
      case SEGMENTATION_FOLDER ->
          "images and masks under "
              + data.getSegmentationFolder().getPath()
              + ", split "
              + data.getSegmentationFolder().getSplit();
      case TAR -> "tar files " + String.join(", ", data.getTar().getPathList());
      case NOISE -> "noise";
      case SOURCE_NOT_SET -> "not stated";
    };
  }
}
