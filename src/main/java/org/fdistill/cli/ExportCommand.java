package org.fdistill.cli;

import java.nio.file.Path;
import java.util.List;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.checkpoint.CheckpointChoice;
import org.fdistill.config.UserError;
import org.fdistill.export.Exported;
import org.fdistill.export.SavedModelExporter;
import org.fdistill.train.StopRequest;

/** {@code fdistill export}: writes a checkpoint as a SavedModel for serving. */
final class ExportCommand implements Command {
  private static final String STOPPED = "Stopped during the export; nothing of it is kept.";
  private static final ArgumentSpec FOLDER =
      new ArgumentSpec("FOLDER", "A run's folder, or the folder of one checkpoint.");
  private static final OptionSpec OUT =
      OptionSpec.value(
          "out",
          "DIR",
          "The model's folder; the export becomes its next numbered version. Default: export in the"
              + " run's folder.");
  private static final OptionSpec CHECKPOINT =
      OptionSpec.value(
              "checkpoint",
              "WHICH",
              "Which of a run's checkpoints: last, best (by validation) or a step.")
          .orElse(CheckpointChoice.LAST);

  @Override
  public String name() {
    return "export";
  }

  @Override
  public String summary() {
    return "writes a checkpoint as a SavedModel for serving";
  }

  @Override
  public String description() {
    return "Writes the trained network, without projector and teacher, as a TensorFlow SavedModel in"
        + " TensorFlow Serving's folder layout, loads it back, and compares all its outputs before it"
        + " gives the folder its version number. The signature serving_default takes images as"
        + " floats from 0 to 255, image_bytes takes files. A model card and warm-up requests lie in"
        + " assets.extra; with the teacher.txtpb beside it the export can be a teacher itself.";
  }

  @Override
  public List<ArgumentSpec> arguments() {
    return List.of(FOLDER);
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(OUT, CHECKPOINT);
  }

  @Override
  public List<String> examples() {
    return List.of(
        "export runs/clip-b-100ep",
        "export runs/clip-b-100ep --checkpoint best --out savedmodels/clip-b-student");
  }

  @Override
  public void run(ParsedOptions options, Console console) {
    Path folder = options.path(FOLDER);
    Path out = options.findPath(OUT).orElseGet(() -> beside(folder));
    Exported exported;
    try (StopRequest.Signals signals = AllOrNothing.orOnSignal(console::note, STOPPED)) {
      exported =
          CheckpointChoice.read(
              folder, options.text(CHECKPOINT), checkpoint -> export(checkpoint, out, console));
    }
    console.print(exported.path().toString());
    console.note(ExportAtEnd.text(exported));
  }

  private static Exported export(Checkpoint checkpoint, Path out, Console console) {
    console.note("Exporting " + checkpoint.folder() + " ...");
    return SavedModelExporter.export(checkpoint, out);
  }

  private static Path beside(Path folder) {
    if (CheckpointChoice.isCheckpoint(folder)) {
      throw UserError.usage(
          folder + ": this is a single checkpoint; say with --out where its export goes.");
    }
    return folder.resolve(ExportAtEnd.FOLDER);
  }
}
