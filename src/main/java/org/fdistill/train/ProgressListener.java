package org.fdistill.train;

import java.nio.file.Path;
import java.util.Map;

/** Hears how a run goes on. Called from the thread that trains; calls are quick. */
public interface ProgressListener {
  /**
   * The first step is about to run.
   *
   * @param totalSteps length of the run
   * @param startStep steps that are done already, above 0 after a resume
   */
  void started(long totalSteps, long startStep);

  /** A step is done. */
  void step(StepReport report);

  /** Something the user should read. */
  void message(String text);

  /** A checkpoint is on disk. */
  void checkpoint(Path folder);

  /**
   * A validation is done.
   *
   * @param values by name, such as loss, in the order to show
   */
  void validation(Map<String, Double> values);

  /**
   * The state of a run after a step.
   *
   * @param step steps done
   * @param totalSteps length of the run
   * @param loss of this step
   * @param losses that it is made of, by name, such as those of several teachers
   * @param imagesPerSecond over the last steps
   * @param dataWaitShare share of these steps' time spent waiting for data, 0 to 1, by the process
   *     that waits longest; NaN where not known yet
   * @param etaSeconds until the end of the run; NaN where not known yet
   */
  record StepReport(
      long step,
      long totalSteps,
      double loss,
      Map<String, Double> losses,
      double imagesPerSecond,
      double dataWaitShare,
      double etaSeconds) {}
}
