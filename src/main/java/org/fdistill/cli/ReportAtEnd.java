package org.fdistill.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.fdistill.config.UserError;
import org.fdistill.proto.RunConfig;
import org.fdistill.report.ReportParts;
import org.fdistill.report.RunReport;
import org.fdistill.train.RunEnd;
import org.fdistill.train.RunStart;
import org.fdistill.train.StopRequest;

/** The report that a run leaves in its folder, however it ends. */
final class ReportAtEnd implements RunStart, RunEnd {
  private final RunConfig config;
  private final Path folder;
  private final Consumer<String> tell;
  private final ReportParts parts;
  private volatile boolean started; // another thread asks, where a worker is lost

  /**
   * For one run.
   *
   * @param tell is told what cannot be shown
   * @param stop is asked whether to leave out the rest
   */
  ReportAtEnd(RunConfig config, Path folder, Consumer<String> tell, StopRequest stop) {
    this.config = config;
    this.folder = folder;
    this.tell = tell;
    this.parts = new ReportParts(config, tell, stop);
  }

  @Override
  public void starting(Starting run) {
    started = true;
    if (config.getLog().getReport()) {
      parts.starting(run);
    }
  }

  @Override
  public Map<String, Object> finished(Finished run) {
    if (config.getLog().getReport()) {
      parts.finished(run);
    }
    return Map.of();
  }

  /** Writes it where the run came as far as its first step: before, its folder may be another's. */
  void writeIfStarted() {
    if (started) {
      write();
    }
  }

  /** Writes it; a report that fails is no reason for a run to fail. */
  void write() {
    if (!config.getLog().getReport()) {
      return;
    }
    try {
      RunReport.write(List.of(folder), folder.resolve(RunReport.FILE));
    } catch (UserError e) {
      tell.accept(e.getMessage());
    } catch (RuntimeException e) {
      tell.accept("the report cannot be made: " + e);
    }
  }
}
