package org.fdistill.cli;

import java.nio.file.Path;
import java.util.List;
import org.fdistill.checkpoint.CheckpointChoice;
import org.fdistill.config.UserError;
import org.fdistill.graph.SavedModelFolder;

/** {@code fdistill inspect}: says what a model, a run or a checkpoint holds. */
final class InspectCommand implements Command {
  private static final ArgumentSpec FOLDER =
      ArgumentSpec.required(
          "FOLDER", "A SavedModel, a parent of numbered versions, a run's folder or a checkpoint.");
  private static final OptionSpec CHECKPOINT =
      OptionSpec.value("checkpoint", "WHICH", "Which of a run's checkpoints: last, best or a step.")
          .orElse(CheckpointChoice.LAST);

  @Override
  public String name() {
    return "inspect";
  }

  @Override
  public String summary() {
    return "says what a SavedModel, a run or a checkpoint holds";
  }

  @Override
  public String description() {
    return "Of a SavedModel: its signatures with types and shapes, its size and parameters, how it"
        + " reads as a teacher. Of a run or a"
        + " checkpoint: step, config, validation and the table of variables. Nothing is run.";
  }

  @Override
  public List<ArgumentSpec> arguments() {
    return List.of(FOLDER);
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(CHECKPOINT);
  }

  @Override
  public List<String> examples() {
    return List.of(
        "inspect savedmodels/tiny-teacher", "inspect runs/clip-b-100ep --checkpoint best");
  }

  @Override
  public void run(ParsedOptions options, Console console) {
    Path folder = options.path(FOLDER);
    if (SavedModelFolder.isAt(folder)) {
      new SavedModelReport(SavedModelFolder.read(folder)).print(console);
    } else if (CheckpointChoice.isRun(folder) || CheckpointChoice.isCheckpoint(folder)) {
      String which = options.text(CHECKPOINT);
      new CheckpointReport(CheckpointChoice.open(folder, which)).print(console);
    } else {
      throw UserError.input(
          """
          %s: neither a model, a run nor a checkpoint.
          Expected a folder with %s (or numbered versions), with checkpoints/, or with \
          manifest.json."""
              .formatted(folder, SavedModelFolder.FILE));
    }
  }
}
