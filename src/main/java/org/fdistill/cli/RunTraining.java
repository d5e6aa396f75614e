package org.fdistill.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.config.UserError;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Tasks;
import org.fdistill.train.Rewriter;
import org.fdistill.train.RunEnd;
import org.fdistill.train.RunResult;
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
   * Trains, or goes on, until all steps are done.
   *
   * @param further what happens at the end, after the export; adds to {@code summary.json}
   * @throws Stopped where a signal ended it first
   * @throws UserError where it cannot start or go on
   */
  RunResult run(RunEnd... further) {
    TarNotice.print(console, config.getTrainData(), config.getValidationData());
    StopRequest stop = new StopRequest();
    RunResult result;
    try (ConsoleProgress progress = console.progress();
        StopRequest.Signals signals =
            stop.onSignals(() -> progress.message(STOPPING), Runtime.getRuntime()::halt)) {
      result =
          new Trainer(
                  new TrainingRun(
                      config,
                      Tasks.of(config),
                      folder,
                      progress,
                      Rewriter.of(config.getRuntime()),
                      end(progress, further),
                      stop))
              .run();
    }
    if (result.outcome() == RunResult.Outcome.STOPPED) {
      throw new Stopped(stop.exitCode().orElse(UserError.Kind.RUN.exitCode()));
    }
    return result;
  }

  private RunEnd end(ConsoleProgress progress, RunEnd... further) {
    List<RunEnd> all = new ArrayList<>();
    if (config.getExport().getAtEnd()) {
      all.add(new ExportAtEnd(progress));
    }
    all.addAll(List.of(further));
    return run -> {
      Map<String, Object> entries = new LinkedHashMap<>();
      all.forEach(end -> entries.putAll(end.finished(run)));
      return entries;
    };
  }
}
