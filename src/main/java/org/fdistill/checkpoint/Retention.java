package org.fdistill.checkpoint;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.fdistill.proto.CheckpointConfig;

/**
 * Which checkpoints stay.
 *
 * @param keepLast how many of the newest
 * @param keepBest whether the best one stays as well
 * @param criterion the validation value that ranks them
 * @param largerIsBetter its direction
 */
public record Retention(int keepLast, boolean keepBest, String criterion, boolean largerIsBetter) {
  /** What a config asks for. */
  public static Retention of(CheckpointConfig config, String criterion, boolean largerIsBetter) {
    return new Retention(
        Math.max(1, config.getKeepLast()), config.getKeepBest(), criterion, largerIsBetter);
  }

  /** The best of those that were validated. Among equals the earliest. */
  Optional<Checkpoint> best(List<Checkpoint> checkpoints) {
    Comparator<Checkpoint> byValue = Comparator.comparingDouble(this::value);
    return checkpoints.stream()
        .filter(c -> Double.isFinite(value(c)))
        .min(
            (largerIsBetter ? byValue.reversed() : byValue)
                .thenComparing(c -> c.manifest().progress().step()));
  }

  private double value(Checkpoint checkpoint) {
    return checkpoint.manifest().validation().getOrDefault(criterion, Double.NaN);
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
      best(checkpoints).ifPresent(kept::add);
    }
    return checkpoints.stream().filter(c -> !kept.contains(c)).toList();
  }
}
