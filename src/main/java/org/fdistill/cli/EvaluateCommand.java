package org.fdistill.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.fdistill.checkpoint.CheckpointChoice;
import org.fdistill.config.UserError;
import org.fdistill.eval.NeighbourVote;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Student;
import org.fdistill.task.Tasks;
import org.fdistill.train.Evaluation;
import org.fdistill.train.Json;
import org.fdistill.train.Validated;

/** {@code fdistill evaluate}: how good a checkpoint or an export is. */
final class EvaluateCommand implements Command {
  private static final ArgumentSpec FOLDER =
      new ArgumentSpec(
          "FOLDER",
          "A run's folder, a checkpoint's folder, an export; with --knn any other SavedModel too.");
  private static final OptionSpec CHECKPOINT =
      OptionSpec.value("checkpoint", "WHICH", "Which of a run's checkpoints: last, best or a step.")
          .orElse(CheckpointChoice.LAST);
  private static final OptionSpec DATA =
      OptionSpec.value(
          "data",
          "DATA",
          "Validation images instead of the run's: an image folder, for a segmenter one with images"
              + " and annotations as ADE20K's, or TFRecord or tar files as a path or a quoted glob"
              + " pattern, such as 'data/validation-*'.");
  private static final OptionSpec KNN =
      OptionSpec.flag(
          "knn",
          "Adds the kNN top-1 of the network, and of the teacher where it was distilled: each"
              + " validation image is classified by the labels of the training images with the most"
              + " similar features. Needs labels.");
  static final OptionSpec NEIGHBOURS =
      OptionSpec.value("k", "K", "How many training images vote in --knn; several as 5,20,100.")
          .orElse(Integer.toString(NeighbourVote.NEIGHBOURS));
  private static final OptionSpec BANK_DATA =
      OptionSpec.value(
          "bank-data", "DATA", "Training images for --knn instead of the run's, as in --data.");
  static final OptionSpec BANK =
      OptionSpec.value(
              "bank", "N", "Training images to compare with, at most; of more, a random sample.")
          .orElse(Integer.toString(NeighbourEvaluation.BANK));
  static final OptionSpec NO_TEACHER =
      OptionSpec.flag("no-teacher", "Leaves the teacher out of --knn, and the time that it takes.");
  static final OptionSpec UNTRAINED =
      OptionSpec.flag(
          "untrained",
          "Adds to --knn the network with the random weights of the run's seed: what the student"
              + " is better than.");
  private static final OptionSpec STUDENT =
      OptionSpec.value(
          "student",
          "NAME",
          "Compares one of several students of a run alone in --knn; --checkpoint best is then its"
              + " own best. Default: all of them.");
  private static final String CLASSES = "classes";
  private static final OptionSpec JSON =
      OptionSpec.value("json", "FILE", "Also writes the values as JSON.");

  @Override
  public String name() {
    return "evaluate";
  }

  @Override
  public String summary() {
    return "validates a checkpoint or an export; kNN top-1";
  }

  @Override
  public String description() {
    return "Computes what training logs as validation: loss, top-1 and top-5 of a classifier; mean"
        + " IoU, accuracies and a table of the classes of a segmenter; of a distilled"
        + " student its loss, the loss of predicting zero, and the ratio of both. The export"
        + " of a student has no projector and therefore no loss: it takes --knn. So does a"
        + " SavedModel of another origin, an import included, with --bank-data and --data;"
        + " it is read as its teacher.txtpb says, or --set distill.teacher.FIELD=value. The"
        + " config of a run is the one that the run kept; --set changes it. Relative paths"
        + " in it start at the current directory.";
  }

  @Override
  public List<ArgumentSpec> arguments() {
    return List.of(FOLDER);
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(
        CHECKPOINT,
        DATA,
        KNN,
        NEIGHBOURS,
        BANK,
        BANK_DATA,
        NO_TEACHER,
        UNTRAINED,
        STUDENT,
        JSON,
        OptionSpec.SET);
  }

  @Override
  public List<String> examples() {
    return List.of(
        "evaluate runs/clip-b-100ep --checkpoint best",
        "evaluate runs/quickstart --knn --untrained --json values.json",
        "evaluate runs/quickstart/export --knn --no-teacher --k 5,10,20",
        "evaluate savedmodels/dinov2 --knn --bank-data data/train --data data/val",
        "evaluate savedmodels/tiny-teacher --data 'data/shapes/validation-*'");
  }

  @Override
  public void run(ParsedOptions options, Console console) {
    Optional<ReportFile> json = options.findPath(JSON).map(ReportFile::new);
    Path folder = options.path(FOLDER);
    if (!options.has(KNN)) {
      options.refuse("evaluate without --knn", List.of(NEIGHBOURS, BANK, NO_TEACHER, UNTRAINED));
    }
    List<String> overrides = options.all(OptionSpec.SET);
    Map<String, Object> values =
        SavedModelFolder.isAt(folder)
            ? values(savedModel(folder, options), options, console)
            : CheckpointChoice.read(
                folder,
                options.text(CHECKPOINT),
                config -> Tasks.criterion(config, student(config, options)),
                checkpoint -> {
                  student(checkpoint.runConfig(), options);
                  String name = options.find(STUDENT).orElse("");
                  return values(Evaluated.of(checkpoint, name, overrides), options, console);
                });
    print(values, console);
    json.ifPresent(file -> file.write(Json.text(values)));
  }

  private static Map<String, Object> values(
      Evaluated found, ParsedOptions options, Console console) {
    Evaluated among = options.find(BANK_DATA).map(found::among).orElse(found);
    Evaluated evaluated = options.find(DATA).map(among::on).orElse(among);
    boolean knn = options.has(KNN);
    requireSomething(evaluated, knn);
    TarNotice.print(
        console, evaluated.config().getValidationData(), evaluated.config().getTrainData());
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("evaluated", evaluated.weights().origin());
    evaluated.step().ifPresent(step -> values.put("step", step));
    if (evaluated.hasValues()) {
      values.putAll(validation(evaluated, console));
    }
    if (knn) {
      values.putAll(new NeighbourComparison(evaluated, options, console).values());
    }
    return values;
  }

  /** The one that is asked for, else the first. */
  private static Student student(RunConfig config, ParsedOptions options) {
    String name = options.find(STUDENT).orElse("");
    return Student.named(name, Tasks.students(config), options.path(FOLDER));
  }

  private static Evaluated savedModel(Path folder, ParsedOptions options) {
    List<String> overrides = options.all(OptionSpec.SET);
    options.refuse("evaluate with a SavedModel", List.of(CHECKPOINT));
    if (options.has(STUDENT)) {
      throw UserError.usage(
          folder
              + ": a SavedModel holds one network.\nLeave --student out, or name a run's folder.");
    }
    if (Evaluated.isExport(folder)) {
      return Evaluated.export(folder, overrides);
    }
    if (!options.has(KNN) || !options.has(BANK_DATA) || !options.has(DATA)) {
      throw UserError.input(
          folder
              + ": this SavedModel is no export of fdistill's training, so that nothing says what"
              + " to validate.\nIts features can be compared: add --knn, --bank-data with labelled"
              + " training images and --data with labelled validation images.");
    }
    return Evaluated.described(folder, overrides);
  }

  private static void requireSomething(Evaluated evaluated, boolean knn) {
    if (!evaluated.config().hasValidationData()) {
      throw UserError.usage(
          evaluated.weights().origin()
              + ": its run had no validation_data.\nName images with --data.");
    }
    if (!evaluated.hasValues() && !knn) {
      throw UserError.usage(
          evaluated.weights().origin()
              + ": the export of a distilled student has no projector, so that it has no loss.\n"
              + "Ask for --knn, or evaluate the run's folder.");
    }
  }

  private static Map<String, Object> validation(Evaluated evaluated, Console console) {
    Path report =
        Path.of(
            System.getProperty("java.io.tmpdir"),
            "fdistill-unreadable-images-" + ProcessHandle.current().pid() + ".txt");
    // What the run kept on disk may be gone, and is not of other images.
    RunConfig run = Tasks.withoutCache(evaluated.config());
    Validated found;
    try (CountProgress progress = new CountProgress(console, "images validated")) {
      found = new Evaluation(run, Tasks.of(run)).run(evaluated.weights(), report, progress);
    }
    Map<String, Object> values = new LinkedHashMap<>();
    Map<String, Double> numbers = found.values();
    new TreeMap<>(numbers).forEach((name, value) -> values.put("validation_" + name, value));
    values.putAll(overZero(numbers));
    found
        .classes()
        .ifPresent(
            table -> {
              table.text().lines().forEach(console::print);
              values.put(CLASSES, table.json());
            });
    return values;
  }

  /** What a distilled student's loss is of predicting zero, and of several each one's. */
  private static Map<String, Double> overZero(Map<String, Double> numbers) {
    Map<String, Double> ratios = new TreeMap<>();
    numbers.forEach(
        (name, value) -> {
          if (name.matches("(.+_)?predict_zero_loss")) {
            String before = name.replaceFirst("predict_zero_loss$", "");
            ratios.put(before + "loss_over_predict_zero", numbers.get(before + "loss") / value);
          }
        });
    return ratios;
  }

  private static void print(Map<String, Object> values, Console console) {
    Map<String, Object> rows = new LinkedHashMap<>(values);
    console.print("evaluated  " + rows.remove("evaluated"));
    rows.remove(CLASSES); // Printed as a table of their own.
    Table table = new Table("value", "");
    rows.forEach(
        (name, value) ->
            table.row(
                Student.figureTitle(name, rows.keySet()),
                value instanceof Double real ? ConsoleProgress.figure(real) : value));
    console.print(table);
  }
}
