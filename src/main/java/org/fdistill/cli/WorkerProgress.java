package org.fdistill.cli;

import java.nio.file.Path;
import java.util.Map;
import org.fdistill.train.ProgressListener;

/**
 * What a worker that is not the chief says: messages, and nothing of the progress, which is the
 * same in all.
 *
 * @param console progress that shows messages
 */
record WorkerProgress(ConsoleProgress console) implements ProgressListener {
  @Override
  public void started(long totalSteps, long startStep) {
    // The chief says it.
  }

  @Override
  public void step(StepReport report) {
    // The chief says it.
  }

  @Override
  public void message(String text) {
    console.message(text);
  }

  @Override
  public void checkpoint(Path folder) {
    // The chief writes it.
  }

  @Override
  public void validation(Map<String, Double> values) {
    // The chief says it.
  }
}
