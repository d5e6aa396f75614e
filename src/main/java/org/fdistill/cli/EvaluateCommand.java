package org.fdistill.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.fdistill.checkpoint.CheckpointChoice;
import org.fdistill.config.UserError;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.task.Tasks;
import org.fdistill.task.knn.FeatureNetwork;
import org.fdistill.task.knn.NearestNeighbours.Outcome;
import org.fdistill.train.Evaluation;
import org.fdistill.train.Json;
import org.fdistill.train.Validated;

/** {@code fdistill evaluate}: how good a checkpoint or an export is. */
final class EvaluateCommand implements Command {
  private static final ArgumentSpec FOLDER =
      new ArgumentSpec("FOLDER", "A run's folder, a checkpoint's folder, or an export.");
  private static final OptionSpec CHECKPOINT =
      OptionSpec.value("checkpoint", "WHICH", "Which of a run's checkpoints: last, best or a step.")
          .orElse(CheckpointChoice.LAST);
  private static final OptionSpec DATA =
      OptionSpec.value(
          "data",
          "DATA",
          "Validation images instead of the run's: an image folder, or TFRecord files as a path or"
              + " a quoted glob pattern, such as 'data/validation-*'.");
  private static final OptionSpec KNN =
      OptionSpec.flag(
          "knn",
          "Adds the kNN top-1 of the network, and of the teacher where it was distilled: each"
              + " validation image is classified by the labels of the 20 training images with the"
              + " most similar features. Needs labels.");
  private static final OptionSpec BANK =
      OptionSpec.value(
              "bank", "N", "Training images to compare with, at most; of more, a random sample.")
          .orElse(Integer.toString(NeighbourEvaluation.BANK));
  private static final OptionSpec NO_TEACHER =
      OptionSpec.flag("no-teacher", "Leaves the teacher out of --knn, and the time that it takes.");
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
        + " IoU, accuracies and a table of the classes of a segmenter; of a"
        + " distilled student its loss, the loss of predicting zero, and the ratio of both. The"
        + " export of a student has no projector and therefore no loss: it takes --knn. The config"
        + " is the one that the run kept; --set changes it. Relative paths in it start at the"
        + " current directory.";
  }

  @Override
  public List<ArgumentSpec> arguments() {
    return List.of(FOLDER);
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(CHECKPOINT, DATA, KNN, BANK, NO_TEACHER, JSON, OptionSpec.SET);
  }

  @Override
  public List<String> examples() {
    return List.of(
        "evaluate runs/clip-b-100ep --checkpoint best",
        "evaluate runs/quickstart --knn --json values.json",
        "evaluate runs/quickstart/export --knn --no-teacher",
        "evaluate savedmodels/tiny-teacher --data 'data/shapes/validation-*'");
  }

  @Override
  public void run(ParsedOptions options, Console console) {
    Optional<ReportFile> json = options.findPath(JSON).map(ReportFile::new);
    Path folder = options.path(FOLDER);
    List<String> overrides = options.all(OptionSpec.SET);
    Map<String, Object> values =
        SavedModelFolder.isAt(folder)
            ? values(Evaluated.export(folder, overrides), options, console)
            : CheckpointChoice.read(
                folder,
                options.text(CHECKPOINT),
                checkpoint -> values(Evaluated.of(checkpoint, overrides), options, console));
    print(values, console);
    json.ifPresent(file -> file.write(Json.text(values)));
  }

  private static Map<String, Object> values(
      Evaluated found, ParsedOptions options, Console console) {
    Evaluated evaluated = options.find(DATA).map(found::on).orElse(found);
    boolean knn = options.has(KNN);
    requireSomething(evaluated, knn);
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("evaluated", evaluated.weights().origin());
    evaluated.step().ifPresent(step -> values.put("step", step));
    if (evaluated.hasValues()) {
      values.putAll(validation(evaluated, console));
    }
    if (knn) {
      boolean teacher =
          Tasks.of(evaluated.config()).teacher().isPresent() && !options.has(NO_TEACHER);
      values.putAll(neighbours(evaluated, options.integer(BANK, 1), teacher, console));
    }
    return values;
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
    Validated found;
    try (CountProgress progress = new CountProgress(console, "images validated")) {
      found =
          new Evaluation(evaluated.config(), Tasks.of(evaluated.config()))
              .run(evaluated.weights(), report, progress);
    }
    Map<String, Object> values = new LinkedHashMap<>();
    Map<String, Double> numbers = found.values();
    new TreeMap<>(numbers).forEach((name, value) -> values.put("validation_" + name, value));
    if (numbers.containsKey("predict_zero_loss")) {
      values.put("loss_over_predict_zero", numbers.get("loss") / numbers.get("predict_zero_loss"));
    }
    found
        .classes()
        .ifPresent(
            table -> {
              table.text().lines().forEach(console::print);
              values.put(CLASSES, table.json());
            });
    return values;
  }

  private static Map<String, Object> neighbours(
      Evaluated evaluated, int bank, boolean withTeacher, Console console) {
    NeighbourEvaluation evaluation = new NeighbourEvaluation(evaluated.config(), bank);
    List<FeatureNetwork> networks = new ArrayList<>();
    networks.add(
        evaluated.model() == null
            ? evaluation.student(evaluated.weights())
            : evaluation.export(evaluated.model()));
    String what = "kNN of " + evaluated.weights().origin();
    String teacher = Tasks.of(evaluated.config()).teacher().map(TeacherConfig::getPath).orElse("");
    if (withTeacher && SavedModelFolder.isAt(Path.of(teacher))) {
      networks.add(evaluation.teacher());
      what += " and of the teacher " + teacher;
    } else if (withTeacher) {
      console.warn("the teacher " + teacher + " is not there; its kNN is left out.");
    }
    console.note(what + " ...");
    List<Outcome> outcomes = evaluation.run(networks);
    Outcome own = outcomes.get(0);
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("student_knn_top1", own.top1());
    if (outcomes.size() > 1) {
      values.put("teacher_knn_top1", outcomes.get(1).top1());
    }
    values.put("knn_bank", own.bank());
    values.put("knn_queries", own.queries());
    return values;
  }

  private static void print(Map<String, Object> values, Console console) {
    Map<String, Object> rows = new LinkedHashMap<>(values);
    console.print("evaluated  " + rows.remove("evaluated"));
    rows.remove(CLASSES); // Printed as a table of their own.
    Table table = new Table("value", "");
    rows.forEach(
        (name, value) ->
            table.row(name, value instanceof Double real ? ConsoleProgress.figure(real) : value));
    console.print(table);
  }
}
