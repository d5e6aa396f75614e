package org.fdistill.checkpoint;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * The validation value that ranks the checkpoints of a run.
 *
 * @param value its name
 * @param largerIsBetter its direction
 */
public record Criterion(String value, boolean largerIsBetter) {
  /** The best of those whose value is a finite number. Among equals the earliest. */
  Optional<Checkpoint> best(Collection<Checkpoint> checkpoints) {
    Comparator<Checkpoint> rising = Comparator.comparingDouble(this::of);
    return checkpoints.stream()
        .filter(checkpoint -> Double.isFinite(of(checkpoint)))
        .min(
            (largerIsBetter ? rising.reversed() : rising)
                .thenComparing(checkpoint -> checkpoint.manifest().progress().step()));
  }

  private double of(Checkpoint checkpoint) {
    return checkpoint.manifest().validation().getOrDefault(value, Double.NaN);
  }
}
