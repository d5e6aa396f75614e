package org.fdistill.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fdistill.cache.CacheSummary;
import org.fdistill.checkpoint.CheckpointChoice;
import org.fdistill.config.UserError;
import org.fdistill.convert.Architectures;
import org.fdistill.files.Lookalikes;
import org.fdistill.graph.SavedModelFolder;

/** {@code fdistill inspect}: says what a model, a run or a file of weights holds. */
final class InspectCommand implements Command {
  private static final ArgumentSpec PATH =
      new ArgumentSpec(
          "PATH",
          "A SavedModel, a parent of numbered versions, a run's folder, a checkpoint, a folder of a"
              + " cache of features (PATH/TEACHER/train), or a file of"
              + " weights that import-teacher reads (a folder of Hugging Face's hub as well).");
  private static final OptionSpec CHECKPOINT =
      OptionSpec.value("checkpoint", "WHICH", "Which of a run's checkpoints: last, best or a step.")
          .orElse(CheckpointChoice.LAST);

  @Override
  public String name() {
    return "inspect";
  }

  @Override
  public String summary() {
    return "says what a SavedModel, a run or a file of weights holds";
  }

  @Override
  public String description() {
    return "Of a SavedModel: its signatures with types and shapes, its size and parameters, how it"
        + " reads as a teacher. Of a run or a checkpoint: step, config, validation and the"
        + " table of variables. Of a cache of features: from what they follow, and how much"
        + " is there. Of a file of weights: every tensor, and which architecture it may be."
        + " Nothing is run.";
  }

  @Override
  public List<ArgumentSpec> arguments() {
    return List.of(PATH);
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(CHECKPOINT);
  }

  @Override
  public List<String> examples() {
    return List.of(
        "inspect savedmodels/tiny-teacher",
        "inspect runs/clip-b-100ep --checkpoint best",
        "inspect dino_vitbase16_pretrain.pth");
  }

  @Override
  public void run(ParsedOptions options, Console console) {
    Path path = options.path(PATH);
    boolean isRun = CheckpointChoice.isRun(path) || CheckpointChoice.isCheckpoint(path);
    if (!isRun && Files.exists(path)) {
      options.refuse("inspect with anything but a run", List.of(CHECKPOINT));
    }
    if (SavedModelFolder.isAt(path)) {
      new SavedModelReport(SavedModelFolder.read(path)).print(console);
    } else if (isRun) {
      String which = options.text(CHECKPOINT);
      CheckpointChoice.read(path, which, CheckpointReport::of).print(console);
    } else if (CacheSummary.isAt(path)) {
      FeatureCacheReport.print(CacheSummary.of(path), console);
    } else if (Files.isRegularFile(path) || Architectures.isHubFolder(path)) {
      new ArchiveReport(path).print(console);
    } else {
      throw UserError.input(
          """
          %s: %s.
          Expected a folder with %s (or numbered versions), with checkpoints/, with manifest.json, \
          with identity.txtpb, or a file of safetensors, PyTorch or NumPy.%s\
          """
              .formatted(
                  path,
                  Files.exists(path)
                      ? "neither a model, a run, a checkpoint, a cache of features nor a file of"
                          + " weights"
                      : "it does not exist",
                  SavedModelFolder.FILE,
                  Lookalikes.hint(path, InspectCommand::isKnown)));
    }
  }

  private static boolean isKnown(Path folder) {
    return SavedModelFolder.isAt(folder)
        || CheckpointChoice.isRun(folder)
        || CacheSummary.isAt(folder)
        || Architectures.isHubFolder(folder);
  }
}
