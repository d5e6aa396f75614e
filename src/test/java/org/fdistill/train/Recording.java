package org.fdistill.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/** Remembers what a trainer reports. */
final class Recording implements ProgressListener {
  final List<String> messages = new ArrayList<>();
  final List<StepReport> steps = new ArrayList<>();
  final List<String> checkpoints = new ArrayList<>();
  final List<Map<String, Double>> validations = new ArrayList<>();
  long startStep = -1;
  private final LongConsumer afterStep;

  Recording() {
    this(step -> {});
  }

  /** Makes a recording that calls back after each step. */
  Recording(LongConsumer afterStep) {
    this.afterStep = afterStep;
  }

  @Override
  public void started(long totalSteps, long start) {
    startStep = start;
  }

  @Override
  public void step(StepReport report) {
    steps.add(report);
    afterStep.accept(report.step());
  }

  @Override
  public void message(String text) {
    messages.add(text);
  }

  @Override
  public void checkpoint(Path folder) {
    checkpoints.add(folder.getFileName().toString());
  }

  @Override
  public void validation(Map<String, Double> values) {
    validations.add(values);
  }
}
