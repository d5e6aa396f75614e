package org.fdistill.train;

/** Tells when a checkpoint is due by the time since the last one. */
final class CheckpointClock {
  private static final double NANOS_PER_MINUTE = 60e9;

  private final double minutes;
  private long written = System.nanoTime();

  /**
   * Counts from now.
   *
   * @param minutes between two checkpoints; 0: never by the clock
   */
  CheckpointClock(double minutes) {
    this.minutes = minutes;
  }

  boolean isDue() {
    return minutes > 0 && (System.nanoTime() - written) / NANOS_PER_MINUTE >= minutes;
  }

  /** A checkpoint is on the disk. */
  void restart() {
    written = System.nanoTime();
  }
}
