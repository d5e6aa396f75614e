package org.fdistill.train;

import org.fdistill.config.RunLength;
import org.fdistill.proto.CheckpointConfig;
import org.fdistill.proto.RunConfig;

/** After which steps a run is validated and written to the disk. The last step has both. */
final class Milestones {
  private static final double NANOS_PER_MINUTE = 60e9;

  private final CheckpointConfig checkpoint;
  private final double validationEpochs;
  private final RunLength length;
  private long written = System.nanoTime();

  Milestones(RunConfig config, RunLength length) {
    checkpoint = config.getCheckpoint();
    validationEpochs = config.getLog().getValidateEveryEpochs();
    this.length = length;
  }

  boolean isValidationDue(long step) {
    long every = Math.max(1, Math.round(validationEpochs * length.stepsPerEpoch()));
    return step == length.totalSteps() || (validationEpochs > 0 && step % every == 0);
  }

  boolean isCheckpointDue(long step) {
    long every = checkpoint.getEverySteps();
    double minutes = (System.nanoTime() - written) / NANOS_PER_MINUTE;
    return step == length.totalSteps()
        || (every > 0 && step % every == 0)
        || (checkpoint.getEveryMinutes() > 0 && minutes >= checkpoint.getEveryMinutes());
  }

  void checkpointWritten() {
    written = System.nanoTime();
  }
}
