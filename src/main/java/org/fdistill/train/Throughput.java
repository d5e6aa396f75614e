package org.fdistill.train;

import java.util.ArrayDeque;
import java.util.Deque;

/** Speed over the last steps. The first step of a process, which warms up, does not count. */
final class Throughput {
  private static final int WINDOW = 20;

  private final int imagesPerStep;
  private final Deque<Double> seconds = new ArrayDeque<>();
  private boolean warm;

  Throughput(int imagesPerStep) {
    this.imagesPerStep = imagesPerStep;
  }

  void add(double stepSeconds) {
    if (!warm) {
      warm = true;
      return;
    }
    seconds.addLast(stepSeconds);
    if (seconds.size() > WINDOW) {
      seconds.removeFirst();
    }
  }

  /** NaN before the second step. */
  double secondsPerStep() {
    return seconds.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  double imagesPerSecond() {
    return imagesPerStep / secondsPerStep();
  }
}
