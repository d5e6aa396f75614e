package org.fdistill.train;

import java.util.List;
import java.util.Map;

/**
 * What a training step gives. Letter: P parameters.
 *
 * @param loss mean over the micro-batches
 * @param gradientNorm before clipping
 * @param gradientHalfSquares [P]
 * @param metrics means over the micro-batches, by name
 * @param nonFiniteInputs names of the loss's inputs that were not finite in one of them
 * @param votes [2], above 0 where some process wants to stop, and where one wants a checkpoint
 * @param learningRate of this step
 * @param examples the positions that it took
 * @param seconds that it took
 * @param dataWaitSeconds of these, that the last of the processes waited for its batches
 */
@SuppressWarnings("ArrayRecordComponent") // Results are read, never compared.
record StepOutcome(
    double loss,
    double gradientNorm,
    float[] gradientHalfSquares,
    Map<String, Double> metrics,
    List<String> nonFiniteInputs,
    float[] votes,
    double learningRate,
    Span examples,
    double seconds,
    double dataWaitSeconds) {
  boolean isFinite() {
    return Double.isFinite(loss) && Double.isFinite(gradientNorm);
  }

  /**
   * The first tensor of this step that is not finite: an input of the loss, the loss, a metric, or
   * that gradient which the backward pass reaches first.
   *
   * @param parameters names of the P parameters, in the order of {@code gradientHalfSquares}
   */
  String firstNonFinite(List<String> parameters) {
    if (!nonFiniteInputs.isEmpty()) {
      return "the loss, for " + String.join(", ", nonFiniteInputs) + " are not, and it";
    }
    if (!Double.isFinite(loss)) {
      List<String> names =
          metrics.entrySet().stream()
              .filter(metric -> !Double.isFinite(metric.getValue()))
              .map(Map.Entry::getKey)
              .toList();
      return names.isEmpty() ? "the loss" : "the loss, with " + String.join(", ", names);
    }
    for (int i = 0; i < gradientHalfSquares.length; i++) {
      if (!Float.isFinite(gradientHalfSquares[i])) {
        return "the gradient of " + parameters.get(i);
      }
    }
    return "the norm of all gradients";
  }
}
