package org.fdistill.cli;

import java.nio.file.Path;
import java.util.List;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.checkpoint.CheckpointChoice;
import org.fdistill.config.UserError;
import org.fdistill.export.Exported;
import org.fdistill.export.SavedModelExporter;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Student;
import org.fdistill.task.Tasks;
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
          "The model's folder; the export becomes its next numbered version, unless the newest is"
              + " the same. Default: export in the run's folder.");
  private static final OptionSpec CHECKPOINT =
      OptionSpec.value(
              "checkpoint",
              "WHICH",
              "Which of a run's checkpoints: last, best (by validation) or a step.")
          .orElse(CheckpointChoice.LAST);

  private static final OptionSpec STUDENT =
      OptionSpec.value(
          "student",
          "NAME",
          "Which of several students that the run trained; best is then its own best. Default: the"
              + " first.");

  private static final OptionSpec IMAGE_SIZE =
      new OptionSpec(
          "image-size",
          "PIXELS",
          "Side of the images that the model will take: positions are resampled, and a Swin's"
              + " windows grow with the images. Repeatable: each size becomes a version of its own,"
              + " in this order; all get their numbers at the end. Default: as it was trained.",
          "",
          true);

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
    return "Writes the trained network, without projector and teacher, as a TensorFlow SavedModel"
        + " in TensorFlow Serving's folder layout, loads it back, and compares all its"
        + " outputs before it gives the folder its version number. The signature"
        + " serving_default takes images as floats from 0 to 255, features gives the maps"
        + " inside of the network for the same images, image_bytes takes files. A model card"
        + " and warm-up requests lie in assets.extra; with the teacher.txtpb beside it the"
        + " export can be a teacher itself.";
  }

  @Override
  public List<ArgumentSpec> arguments() {
    return List.of(FOLDER);
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(OUT, CHECKPOINT, STUDENT, IMAGE_SIZE);
  }

  @Override
  public List<String> examples() {
    return List.of(
        "export runs/clip-b-100ep",
        "export runs/clip-b-100ep --checkpoint best --out savedmodels/clip-b-student",
        "export runs/clip-b-100ep --image-size 224 --image-size 384");
  }

  @Override
  public void run(ParsedOptions options, Console console) {
    Path folder = options.path(FOLDER);
    String name = options.find(STUDENT).orElse("");
    List<Integer> sizes = options.integers(IMAGE_SIZE, 1);
    List<Exported> exported;
    try (StopRequest.Signals signals = AllOrNothing.orOnSignal(console::note, STOPPED)) {
      exported =
          CheckpointChoice.read(
              folder,
              options.text(CHECKPOINT),
              config -> Tasks.criterion(config, student(name, config, folder)),
              checkpoint -> {
                Student student = student(name, checkpoint.runConfig(), folder);
                Path out = options.findPath(OUT).orElseGet(() -> beside(folder, student));
                return export(checkpoint, student, sizes, out, console);
              });
    }
    for (Exported version : exported) {
      console.print(version.path().toString());
      console.note(ExportAtEnd.text(version));
    }
  }

  private static List<Exported> export(
      Checkpoint checkpoint, Student student, List<Integer> sizes, Path out, Console console) {
    console.note("Exporting " + checkpoint.folder() + " ...");
    return sizes.isEmpty()
        ? List.of(SavedModelExporter.export(checkpoint, student, out))
        : SavedModelExporter.export(checkpoint, student, sizes, out);
  }

  private static Student student(String name, RunConfig config, Path folder) {
    return Student.named(name, Tasks.students(config), folder);
  }

  private static Path beside(Path folder, Student student) {
    if (CheckpointChoice.isCheckpoint(folder)) {
      throw UserError.usage(
          folder + ": this is a single checkpoint; say with --out where its export goes.");
    }
    return ExportAtEnd.folder(folder, student);
  }
}
