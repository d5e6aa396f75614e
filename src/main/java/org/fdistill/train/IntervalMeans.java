package org.fdistill.train;

import java.util.LinkedHashMap;
import java.util.Map;
import org.fdistill.eval.WeightedMean;

/** Means of named values between two lines of the log. */
final class IntervalMeans {
  private final Map<String, WeightedMean> means = new LinkedHashMap<>();

  void add(Map<String, Double> values, double weight) {
    values.forEach(
        (name, value) -> means.computeIfAbsent(name, n -> new WeightedMean()).add(value, weight));
  }

  /** The means since the last call, by name. */
  Map<String, Double> take() {
    Map<String, Double> values = new LinkedHashMap<>();
    means.forEach((name, mean) -> values.put(name, mean.value()));
    means.clear();
    return values;
  }
}
