package org.fdistill.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.checkpoint.SavedWeights;
import org.fdistill.config.TextProtos;
import org.fdistill.config.UserError;
import org.fdistill.data.Field;
import org.fdistill.data.TarIndexes;
import org.fdistill.export.SavedModelWriter;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.ImageFolderSource;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TfRecordSource;
import org.fdistill.task.Student;
import org.fdistill.task.Tasks;

/**
 * Weights to evaluate, and the run that they come from.
 *
 * @param config of the run that made it, with the user's overrides
 * @param weights a checkpoint's or an export's
 * @param step of the checkpoint; empty for an export
 * @param model the export; null for a checkpoint
 * @param student which of several; empty: all
 */
record Evaluated(
    RunConfig config,
    SavedWeights weights,
    OptionalLong step,
    SavedModelFolder model,
    String student) {
  /**
   * An export, with the config that lies in it.
   *
   * @param path of the SavedModel
   * @param overrides of its run's config
   */
  static Evaluated export(Path path, List<String> overrides) {
    SavedModelFolder model = SavedModelFolder.read(path);
    return new Evaluated(
        config(model, overrides), SavedWeights.find(path), OptionalLong.empty(), model, "");
  }

  /**
   * A SavedModel that no run of fdistill made, such as an import: its features can be compared.
   *
   * @param overrides of how it is read (distill.teacher) and of the view of the images
   */
  static Evaluated described(Path path, List<String> overrides) {
    SavedModelFolder model = SavedModelFolder.read(path);
    SavedWeights weights = new SavedWeights(model.path().toString(), model.weights());
    return new Evaluated(
        Tasks.describing(model.path(), overrides), weights, OptionalLong.empty(), model, "");
  }

  /** Whether a run of fdistill made the SavedModel at a path. */
  static boolean isExport(Path path) {
    Path file = SavedModelFolder.read(path).path().resolve(SavedModelWriter.CONFIG);
    return Files.isRegularFile(file)
        && Tasks.isOfRun(TextProtos.read(file, RunConfig.getDefaultInstance()));
  }

  /** Whether no run of fdistill says what it is. */
  boolean isDescribed() {
    return !config.hasModel();
  }

  /**
   * A checkpoint, with the config of its manifest.
   *
   * @param student the title of one of several; empty: all
   * @param overrides of its run's config
   */
  static Evaluated of(Checkpoint chosen, String student, List<String> overrides) {
    RunConfig config =
        Tasks.parse(chosen.manifest().config(), chosen.folder() + "/manifest.json", overrides);
    OptionalLong step = OptionalLong.of(chosen.manifest().progress().step());
    return new Evaluated(config, SavedWeights.of(chosen), step, null, student);
  }

  private static RunConfig config(SavedModelFolder model, List<String> overrides) {
    return Tasks.load(model.path().resolve(SavedModelWriter.CONFIG), overrides);
  }

  /**
   * The same with other validation images: everything but their source stays.
   *
   * @param data an image folder, a folder of ADE20K's layout, or the path or glob pattern of tar or
   *     TFRecord files
   * @throws UserError where the run's task can make nothing of it
   */
  Evaluated on(String data) {
    DataConfig.Builder images =
        config.hasValidationData()
            ? config.getValidationData().toBuilder()
            : config.getTrainData().toBuilder().clearAugment();
    setSource(images, data);
    RunConfig changed = config.toBuilder().setValidationData(images).build();
    if (!isDescribed()) {
      requireMasks(images.build(), data);
      Tasks.parse(TextProtos.toText(changed), "--data " + data, List.of());
    }
    return new Evaluated(changed, weights, step, model, student);
  }

  private void requireMasks(DataConfig images, String data) {
    boolean needed = Tasks.of(config).validationView(images).fields().containsKey(Field.MASK);
    if (needed && images.hasImageFolder()) {
      throw UserError.usage(
          data
              + ": a segmenter needs masks, and this folder has none.\nName one with images and"
              + " annotations, as ADE20K's, or TFRecord files: fdistill make-data ade20k.");
    }
  }

  /** The same with other training images, for neighbours among them. */
  Evaluated among(String data) {
    RunConfig.Builder changed = config.toBuilder();
    setSource(changed.getTrainDataBuilder(), data);
    return new Evaluated(changed.build(), weights, step, model, student);
  }

  /** The same settings of images from another source, named as for {@link #on}. */
  static DataConfig data(DataConfig settings, String data) {
    DataConfig.Builder images = settings.toBuilder();
    setSource(images, data);
    return images.build();
  }

  private static void setSource(DataConfig.Builder images, String data) {
    if (Files.isDirectory(Path.of(data)) && images.hasSegmentationFolder()) {
      images.getSegmentationFolderBuilder().setPath(data);
    } else if (Files.isDirectory(Path.of(data, "annotations"))) {
      images.getSegmentationFolderBuilder().setPath(data).setSplit("validation");
    } else if (Files.isDirectory(Path.of(data))) {
      images.setImageFolder(ImageFolderSource.newBuilder().setPath(data));
    } else if (TarIndexes.isTar(data)) {
      images.getTarBuilder().clearPath().addPath(data);
    } else {
      images.setTfrecord(TfRecordSource.newBuilder().addPath(data));
    }
  }

  /** Those whose features are compared. */
  List<Student> students() {
    List<Student> all = Tasks.students(config);
    return student.isEmpty() ? all : List.of(Student.named(student, all, weights.origin()));
  }

  /** Whether the validation values can be had: not every export holds what they need. */
  boolean hasValues() {
    return model == null || Tasks.of(config).validatesExports();
  }
}
