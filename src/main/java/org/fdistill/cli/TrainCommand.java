package org.fdistill.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.proto.RunConfig;
import org.fdistill.report.RunReport;
import org.fdistill.task.Tasks;
import org.fdistill.train.RunResult;
import org.fdistill.train.WorkerShares;

/** {@code fdistill train}: runs a config, or goes on with a run. */
final class TrainCommand implements Command {
  private static final ArgumentSpec CONFIG =
      new ArgumentSpec("CONFIG", "A run config, such as configs/smoke/classify.txtpb.");
  private static final OptionSpec WORKDIR =
      OptionSpec.WORKDIR.explained(
          "The run's folder. A run that it holds goes on; a run of another config is refused."
              + " Default: runs/NAME, with the config's name.");

  private static final OptionSpec LOCAL_WORKERS =
      OptionSpec.value(
          "local-workers",
          "N",
          "Trains with N processes on this machine, which share each batch; the batch size stays"
              + " that of the config.");

  @Override
  public String name() {
    return "train";
  }

  @Override
  public String summary() {
    return "trains what a run config describes, and exports it";
  }

  @Override
  public String description() {
    return "Trains until the schedule's end, validates, and exports the network to export/1 in the"
        + " run's folder. The folder also gets config.txtpb (every default spelt out),"
        + " run.log, metrics.jsonl, events/ for TensorBoard, checkpoints/step-N, report.html"
        + " (for a browser, however the run ends) and, at the end, summary.json. The same"
        + " command goes on with a run that was stopped or killed, from its newest"
        + " checkpoint. Ctrl-C, SIGTERM or SIGHUP stops after the current step with a"
        + " checkpoint (exit code 130, 143 or 129); a second one stops at once.\n"
        + "Several processes train together, one a device, where the environment variable TF_CONFIG"
        + " names them, as TensorFlow and Kubeflow's TFJob set it: docs/cluster.md.\n"
        + "Relative paths, on the command line and in the config, start at the current directory.";
  }

  @Override
  public List<ArgumentSpec> arguments() {
    return List.of(CONFIG);
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(WORKDIR, LOCAL_WORKERS, OptionSpec.SET);
  }

  @Override
  public List<String> examples() {
    return List.of(
        "train configs/smoke/classify.txtpb",
        "train configs/distill/clip_b_100ep.txtpb --workdir runs/a --set"
            + " schedule.length.epochs=50");
  }

  @Override
  public void run(ParsedOptions options, Console console) throws Exception {
    RunConfig config = Tasks.load(options.path(CONFIG), options.all(OptionSpec.SET));
    if (options.has(LOCAL_WORKERS)) {
      int workers = options.integer(LOCAL_WORKERS, 1);
      ProcessWorkers.requireNoneToStartSome();
      WorkerShares.require(config, workers);
      new LocalWorkers(workers, console).run(words(options));
      return;
    }
    Path folder = options.findPath(WORKDIR).orElseGet(() -> Path.of("runs", config.getName()));
    console.note("run folder " + folder);
    RunResult result = new RunTraining(config, folder, console).run();
    if (result.checkpoint() != null) {
      report(result, config, folder, console);
    }
  }

  /** The same command line for one of several processes. */
  private static List<String> words(ParsedOptions options) {
    List<String> words = new ArrayList<>(List.of("train", options.path(CONFIG).toString()));
    options.findPath(WORKDIR).ifPresent(p -> words.addAll(List.of("--workdir", p.toString())));
    options.all(OptionSpec.SET).forEach(set -> words.addAll(List.of("--set", set)));
    return words;
  }

  private static void report(RunResult result, RunConfig config, Path folder, Console console) {
    console.print("run folder  " + folder);
    console.print("checkpoint  " + result.checkpoint());
    Path exports = folder.resolve(ExportAtEnd.FOLDER);
    boolean exported = SavedModelFolder.isAt(exports);
    if (exported) {
      console.print("export      " + SavedModelFolder.read(exports).path());
    }
    Path page = folder.resolve(RunReport.FILE);
    if (Files.exists(page)) {
      console.print("report      " + page);
    }
    if (!result.validation().isEmpty()) {
      console.print("validation  " + ConsoleProgress.figures(result.validation()));
    }
    boolean dense = Tasks.denseHead(config).isPresent();
    console.note("Next: fdistill evaluate " + ShellWord.of(folder) + (dense ? "" : " --knn"));
    console.note(
        exported
            ? "      fdistill inspect " + ShellWord.of(exports)
            : "      fdistill export " + ShellWord.of(folder));
    console.note("      tensorboard --logdir " + ShellWord.of(folder.resolve("events")));
  }
}
