package org.fdistill.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.fdistill.config.UserError;
import org.fdistill.data.synthetic.SyntheticShapes;
import org.fdistill.proto.RunConfig;
import org.fdistill.report.RunReport;
import org.fdistill.task.Tasks;
import org.fdistill.train.Summary;

/** {@code fdistill quickstart}: the whole job on images that it makes itself. */
final class QuickstartCommand implements Command {
  private static final int TRAIN = 8192;
  private static final int VALIDATION = 1024;
  private static final int SIDE = 56;
  private static final int SEED = 1;
  private static final int FAST_EPOCHS = 5;

  /** Training images that the comparison looks among: enough for its figures, and quicker. */
  private static final int BANK = TRAIN / 3;

  private static final Path CONFIG = Path.of("configs", "quickstart", "distill.txtpb");
  private static final Path TEACHER = Path.of("savedmodels", "tiny-teacher");
  private static final OptionSpec WORKDIR =
      OptionSpec.WORKDIR
          .explained("The run's folder; the images go to data/ in it.")
          .orElse("runs/quickstart");

  private static final OptionSpec FAST =
      OptionSpec.flag("fast", "Distils for half as long and leaves out what follows.");

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
            + " features (kNN). Then it shows what a student is for: short runs of fine-tuning,"
            + " linear probe and segmentation, from the student and beside it from random weights"
            + " or the teacher. Minutes on two cores.",
        TRAIN,
        TEACHER);
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(WORKDIR, FAST, OptionSpec.SET);
  }

  @Override
  public List<String> examples() {
    return List.of("quickstart", "quickstart --workdir /tmp/quickstart", "quickstart --fast");
  }

  @Override
  public void run(ParsedOptions options, Console console) {
    long start = System.nanoTime();
    Path home = Path.of(System.getProperty("fdistill.home", ""));
    Path folder = options.path(WORKDIR);
    boolean fast = options.has(FAST);
    RunConfig config = config(home, folder, fast, options.all(OptionSpec.SET));
    makeData(folder.resolve("data"), console);
    console.note("distilling " + TEACHER + " into a new student; run folder " + folder);
    new RunTraining(config, folder, console).run(new FeatureComparison(config, BANK, console));
    if (!fast) {
      List<String> runtime =
          options.all(OptionSpec.SET).stream().filter(s -> s.startsWith("runtime.")).toList();
      new DownstreamRuns(home, folder, home.resolve(TEACHER), runtime, console).run();
    }
    QuickstartTables.print(Summary.read(folder), console);
    console.print(
        String.format(Locale.ROOT, "All in %.0f seconds.", (System.nanoTime() - start) / 1e9));
    console.print("report  " + report(folder, fast));
    console.note("Everything is in " + folder + ". Next:");
    console.note("  fdistill inspect " + folder.resolve(ExportAtEnd.FOLDER));
    console.note("  tensorboard --logdir " + folder.resolve("events"));
  }

  /** The report of the distillation, or of it and of what followed. */
  private static Path report(Path folder, boolean fast) {
    Path file = folder.resolve(RunReport.FILE);
    List<Path> runs = new ArrayList<>(List.of(folder));
    if (!fast) {
      runs.addAll(DownstreamRuns.folders(folder));
    }
    RunReport.write(runs, file);
    return file;
  }

  private static RunConfig config(Path home, Path folder, boolean fast, List<String> overrides) {
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
    if (fast) {
      settings.add("schedule.length.epochs=" + FAST_EPOCHS);
    }
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
}
