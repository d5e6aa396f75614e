package org.fdistill.checkpoint;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.fdistill.proto.CheckpointConfig;

/**
 * Which checkpoints stay.
 *
 * @param keepLast how many of the newest
 * @param keepBest whether the best one stays as well
 * @param criterion what makes it the best
 */
public record Retention(int keepLast, boolean keepBest, Criterion criterion) {
  /** What a config asks for. */
  public static Retention of(CheckpointConfig config, String criterion, boolean largerIsBetter) {
    return new Retention(
        config.getKeepLast(), config.getKeepBest(), new Criterion(criterion, largerIsBetter));
  }

  /**
   * Those that may go.
   *
   * @param checkpoints by falling step
   */
  List<Checkpoint> surplus(List<Checkpoint> checkpoints) {
    Set<Checkpoint> kept = new HashSet<>();
    checkpoints.stream().limit(keepLast).forEach(kept::add);
    if (keepBest) {
      criterion.best(checkpoints).ifPresent(kept::add);
    }
    return checkpoints.stream().filter(c -> !kept.contains(c)).toList();
  }
}
