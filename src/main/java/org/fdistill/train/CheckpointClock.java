package org.fdistill.train;

import org.fdistill.proto.CheckpointConfig;

/** When a checkpoint is due. */
final class CheckpointClock {
  private final CheckpointConfig config;
  private long last = System.nanoTime();

  CheckpointClock(CheckpointConfig config) {
    this.config = config;
  }

  boolean isDue(long step) {
    boolean bySteps = config.getEverySteps() > 0 && step % config.getEverySteps() == 0;
    double minutes = (System.nanoTime() - last) * 1e-9 / 60;
    return bySteps || (config.getEveryMinutes() > 0 && minutes >= config.getEveryMinutes());
  }

  void written() {
    last = System.nanoTime();
  }
}
