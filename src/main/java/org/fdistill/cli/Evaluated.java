package org.fdistill.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.checkpoint.SavedWeights;
import org.fdistill.config.UserError;
import org.fdistill.export.SavedModelWriter;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.ImageFolderSource;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TfRecordSource;
import org.fdistill.task.Tasks;

/**
 * Weights to evaluate, and the run that they come from.
 *
 * @param config of the run that made it, with the user's overrides
 * @param weights a checkpoint's or an export's
 * @param step of the checkpoint; empty for an export
 * @param model the export; null for a checkpoint
 */
record Evaluated(
    RunConfig config, SavedWeights weights, OptionalLong step, SavedModelFolder model) {
  /**
   * An export, with the config that lies in it.
   *
   * @param path of the SavedModel
   * @param overrides of its run's config
   */
  static Evaluated export(Path path, List<String> overrides) {
    SavedModelFolder model = SavedModelFolder.read(path);
    return new Evaluated(
        config(model, overrides), SavedWeights.find(path), OptionalLong.empty(), model);
  }

  /**
   * A checkpoint, with the config of its manifest.
   *
   * @param overrides of its run's config
   */
  static Evaluated of(Checkpoint chosen, List<String> overrides) {
    RunConfig config =
        Tasks.parse(chosen.manifest().config(), chosen.folder() + "/manifest.json", overrides);
    OptionalLong step = OptionalLong.of(chosen.manifest().progress().step());
    return new Evaluated(config, SavedWeights.of(chosen), step, null);
  }

  private static RunConfig config(SavedModelFolder model, List<String> overrides) {
    Path file = model.path().resolve(SavedModelWriter.CONFIG);
    if (!Files.isRegularFile(file)) {
      throw UserError.input(
          model.path()
              + ": this SavedModel is no export of fdistill: it has no "
              + SavedModelWriter.CONFIG
              + ".\nevaluate takes a run's folder, a checkpoint's, or an export.");
    }
    return Tasks.load(file, overrides);
  }

  /**
   * The same with other validation images: everything but their source stays.
   *
   * @param data an image folder (for a run on ADE20K's layout one of that), or the path or glob
   *     pattern of TFRecord files
   */
  Evaluated on(String data) {
    DataConfig.Builder images =
        config.hasValidationData()
            ? config.getValidationData().toBuilder()
            : config.getTrainData().toBuilder().clearAugment();
    if (Files.isDirectory(Path.of(data)) && images.hasSegmentationFolder()) {
      images.getSegmentationFolderBuilder().setPath(data);
    } else if (Files.isDirectory(Path.of(data))) {
      images.setImageFolder(ImageFolderSource.newBuilder().setPath(data));
    } else {
      images.setTfrecord(TfRecordSource.newBuilder().addPath(data));
    }
    RunConfig changed = config.toBuilder().setValidationData(images).build();
    return new Evaluated(changed, weights, step, model);
  }

  /** Whether the validation values can be had: not every export holds what they need. */
  boolean hasValues() {
    return model == null || Tasks.of(config).validatesExports();
  }
}
