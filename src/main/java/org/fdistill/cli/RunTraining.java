package org.fdistill.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.cluster.Workers;
import org.fdistill.config.UserError;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Tasks;
import org.fdistill.train.ProgressListener;
import org.fdistill.train.Rewriter;
import org.fdistill.train.RunEnd;
import org.fdistill.train.RunResult;
import org.fdistill.train.RunStart;
import org.fdistill.train.StopRequest;
import org.fdistill.train.Trainer;
import org.fdistill.train.TrainingRun;

/** Trains one run for a person at a console: progress, stop signals, and the export at the end. */
final class RunTraining {
  private static final String STOPPING =
      "Stopping after this step; a checkpoint is written. Again to stop at once.";

  private final RunConfig config;
  private final Path folder;
  private final Console console;

  /**
   * For one run; {@link #run} starts it.
   *
   * @param config resolved
   * @param folder of the run; a run that it holds goes on
   */
  RunTraining(RunConfig config, Path folder, Console console) {
    this.config = config;
    this.folder = folder;
    this.console = console;
  }

  /**
   * Writes the features that the run keeps of its teachers where they are missing, then trains, or
   * goes on, until all steps are done.
   *
   * @param further what happens at the end, after the export; adds to {@code summary.json}
   * @throws Stopped where a signal ended it first
   * @throws UserError where it cannot start or go on
   */
  RunResult run(RunEnd... further) {
    TarNotice.print(console, config.getTrainData(), config.getValidationData());
    GpuNotice.print(console, config);
    new CacheRun(config, console).writeMissing(ProcessWorkers.areMany());
    StopRequest stop = new StopRequest();
    RunResult result;
    // Until all workers have met there is nothing to lose, and a signal ends the process at once.
    try (ConsoleProgress progress = console.progress();
        Workers workers = ProcessWorkers.of(config, progress::message, console);
        StopRequest.Signals signals =
            stop.onSignals(() -> progress.message(STOPPING), ProcessEnd::now)) {
      result =
          workers.isChief()
              ? train(progress, stop, workers, further)
              : assist(progress, stop, workers);
    }
    if (result.outcome() == RunResult.Outcome.STOPPED) {
      throw new Stopped(stop.exitCode().orElse(StopRequest.BY_ANOTHER_WORKER));
    }
    return result;
  }

  private RunResult train(
      ConsoleProgress progress, StopRequest stop, Workers workers, RunEnd... further) {
    ReportAtEnd report = new ReportAtEnd(config, folder, progress::message, stop);
    workers.beforeEnd(message -> report.writeIfStarted());
    RunResult result;
    try {
      result = train(progress, report, end(progress, report, further), stop, workers);
    } catch (RuntimeException e) {
      report.writeIfStarted();
      throw e;
    }
    report.write();
    return result;
  }

  /** A worker that is not the chief writes nothing but what concerns itself. */
  private RunResult assist(ConsoleProgress progress, StopRequest stop, Workers workers) {
    return train(new WorkerProgress(progress), RunStart.nothing(), RunEnd.nothing(), stop, workers);
  }

  private RunResult train(
      ProgressListener progress, RunStart start, RunEnd end, StopRequest stop, Workers workers) {
    return new Trainer(
            new TrainingRun(
                config,
                Tasks.of(config),
                folder,
                progress,
                Rewriter.of(config.getRuntime()),
                start,
                end,
                stop,
                workers))
        .run();
  }

  private RunEnd end(ConsoleProgress progress, ReportAtEnd report, RunEnd... further) {
    List<RunEnd> all = new ArrayList<>();
    if (config.getExport().getAtEnd()) {
      all.add(new ExportAtEnd(progress));
    }
    all.add(report);
    all.addAll(List.of(further));
    return run -> {
      Map<String, Object> entries = new LinkedHashMap<>();
      all.forEach(end -> entries.putAll(end.finished(run)));
      return entries;
    };
  }
}
