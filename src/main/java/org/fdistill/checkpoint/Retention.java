package org.fdistill.checkpoint;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.fdistill.eval.Criterion;
import org.fdistill.proto.CheckpointConfig;

/**
 * Which checkpoints of a run stay on the disk: the newest ones and the best of each network.
 *
 * @param keepLast how many of the newest
 * @param keepBest whether the best one stays as well
 * @param criteria what makes it the best, for each network that is trained
 */
public record Retention(int keepLast, boolean keepBest, List<Criterion> criteria) {
  /** What a config asks for. */
  public static Retention of(CheckpointConfig config, List<Criterion> criteria) {
    return new Retention(config.getKeepLast(), config.getKeepBest(), criteria);
  }

  /** As {@link #of(CheckpointConfig, List)}, of one network. */
  public static Retention of(CheckpointConfig config, Criterion criterion) {
    return of(config, List.of(criterion));
  }

  /** The first network's. */
  Criterion criterion() {
    return criteria.get(0);
  }

  /**
   * The best of those that were validated with a finite value. Among equals the earliest.
   *
   * @param criterion what makes it the best
   */
  static Optional<Checkpoint> best(Criterion criterion, Collection<Checkpoint> checkpoints) {
    ToDoubleFunction<Checkpoint> value =
        checkpoint ->
            checkpoint.manifest().validation().getOrDefault(criterion.value(), Double.NaN);
    Comparator<Checkpoint> rising = Comparator.comparingDouble(value);
    return checkpoints.stream()
        .filter(checkpoint -> Double.isFinite(value.applyAsDouble(checkpoint)))
        .min(
            (criterion.largerIsBetter() ? rising.reversed() : rising)
                .thenComparing(checkpoint -> checkpoint.manifest().progress().step()));
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
      criteria.forEach(criterion -> best(criterion, checkpoints).ifPresent(kept::add));
    }
    return checkpoints.stream().filter(c -> !kept.contains(c)).toList();
  }
}
