package org.fdistill.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.fdistill.checkpoint.SavedWeights;
import org.fdistill.config.UserError;
import org.fdistill.data.synthetic.SyntheticShapes;
import org.fdistill.eval.NeighbourVote;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Tasks;
import org.fdistill.task.knn.NearestNeighbours.Outcome;
import org.fdistill.train.RunEnd;
import org.fdistill.train.RunResult;

/** {@code fdistill quickstart}: the whole job on images that it makes itself. */
final class QuickstartCommand implements Command {
  private static final int TRAIN = 8192;
  private static final int VALIDATION = 1024;
  private static final int SIDE = 56;
  private static final int SEED = 1;

  /** Training images that the comparison looks among: enough for its figures, and quicker. */
  private static final int BANK = TRAIN / 3;

  private static final Path CONFIG = Path.of("configs", "quickstart", "distill.txtpb");
  private static final Path TEACHER = Path.of("savedmodels", "tiny-teacher");
  private static final OptionSpec WORKDIR =
      OptionSpec.WORKDIR
          .explained("The run's folder; the images go to data/ in it.")
          .orElse("runs/quickstart");

  /** Where the results of the comparison stand in {@code summary.json}. */
  private static final String TEACHER_TOP1 = "teacher_knn_top1";

  private static final String UNTRAINED_TOP1 = "untrained_knn_top1";
  private static final String STUDENT_TOP1 = "student_knn_top1";
  private static final String PREDICT_ZERO = "predict_zero_loss";
  private static final String LOSS = "validation_loss";

  @Override
  public String name() {
    return "quickstart";
  }

  @Override
  public String summary() {
    return "distils a tiny teacher in minutes, from nothing but this repository";
  }

  @Override
  public String description() {
    return String.format(
        Locale.ROOT,
        "Makes %,d synthetic images of ten shapes, distils the shipped teacher %s into a student"
            + " with random weights, exports the student, and compares how well the features of"
            + " teacher, untrained student and distilled student tell the shapes apart: each"
            + " validation image takes the class of the training images with the most similar"
            + " features (kNN). Minutes on two cores.",
        TRAIN,
        TEACHER);
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(WORKDIR, OptionSpec.SET);
  }

  @Override
  public List<String> examples() {
    return List.of("quickstart", "quickstart --workdir /tmp/quickstart");
  }

  @Override
  public void run(ParsedOptions options, Console console) {
    long start = System.nanoTime();
    Path home = Path.of(System.getProperty("fdistill.home", ""));
    Path folder = options.path(WORKDIR);
    RunConfig config = config(home, folder, options.all(OptionSpec.SET));
    makeData(folder.resolve("data"), console);
    console.note("distilling " + TEACHER + " into a new student; run folder " + folder);
    Comparison comparison = new Comparison(config, console, start);
    RunResult result = new RunTraining(config, folder, console).run(comparison);
    if (result.outcome() == RunResult.Outcome.ALREADY_FINISHED) {
      return;
    }
    comparison.print();
    console.note("Everything is in " + folder + ". Next:");
    console.note("  fdistill inspect " + folder.resolve(ExportAtEnd.FOLDER));
    console.note("  tensorboard --logdir " + folder.resolve("events"));
  }

  private static RunConfig config(Path home, Path folder, List<String> overrides) {
    Path file = home.resolve(CONFIG);
    if (!Files.isRegularFile(file)) {
      throw UserError.input(
          file
              + " is missing.\nquickstart needs fdistill's repository: start it with the launcher"
              + " fdistill at its root.");
    }
    List<String> settings =
        new ArrayList<>(
            List.of(
                "train_data.tfrecord.path=\"" + folder.resolve("data/train-*") + "\"",
                "validation_data.tfrecord.path=\"" + folder.resolve("data/validation-*") + "\"",
                "distill.teacher.path=\"" + home.resolve(TEACHER) + "\""));
    settings.addAll(overrides);
    return Tasks.load(file, settings);
  }

  private static void makeData(Path data, Console console) {
    if (Files.isRegularFile(data.resolve("classes.txt"))) {
      console.note("using the images in " + data);
      return;
    }
    String what = String.format(Locale.ROOT, "of %,d images made", TRAIN + VALIDATION);
    try (CountProgress progress = new CountProgress(console, what)) {
      SyntheticShapes.write(data, TRAIN, VALIDATION, SIDE, SEED, progress);
    }
    console.note(
        String.format(
            Locale.ROOT,
            "made %,d training and %,d validation images in %s",
            TRAIN,
            VALIDATION,
            data));
  }

  /** Compares the three networks once the student is trained. */
  private static final class Comparison implements RunEnd {
    private final RunConfig config;
    private final Console console;
    private final long start;
    private final Map<String, Object> entries = new LinkedHashMap<>();

    Comparison(RunConfig config, Console console, long start) {
      this.config = config;
      this.console = console;
      this.start = start;
    }

    @Override
    public Map<String, Object> finished(Finished run) {
      console.note("comparing features by their nearest neighbours ...");
      NeighbourEvaluation neighbours =
          new NeighbourEvaluation(config, BANK, List.of(NeighbourVote.NEIGHBOURS));
      List<Outcome> outcomes =
          neighbours.run(
              List.of(
                  neighbours.teacher(),
                  neighbours.untrained(),
                  neighbours.student(SavedWeights.of(run.last()))));
      entries.put(TEACHER_TOP1, outcomes.get(0).top1());
      entries.put(UNTRAINED_TOP1, outcomes.get(1).top1());
      entries.put(STUDENT_TOP1, outcomes.get(2).top1());
      entries.put(LOSS, run.validation().get("loss"));
      entries.put(PREDICT_ZERO, run.validation().get(PREDICT_ZERO));
      entries.put("seconds", (System.nanoTime() - start) / 1e9);
      return entries;
    }

    void print() {
      Table losses = new Table("validation loss", "");
      losses.row("predicting zero", figure(PREDICT_ZERO));
      losses.row("distilled student", figure(LOSS));
      console.print("");
      console.print(losses);
      Table table = new Table("features of", "kNN top-1");
      table.row("teacher", percent(TEACHER_TOP1));
      table.row("untrained student", percent(UNTRAINED_TOP1));
      table.row("distilled student", percent(STUDENT_TOP1));
      console.print("");
      console.print(table);
      console.print("");
      console.print(
          String.format(Locale.ROOT, "All in %.0f seconds.", (Double) entries.get("seconds")));
    }

    private String figure(String entry) {
      return String.format(Locale.ROOT, "%.4f", (Double) entries.get(entry));
    }

    private String percent(String entry) {
      return String.format(Locale.ROOT, "%.1f %%", 100 * (Double) entries.get(entry));
    }
  }
}
