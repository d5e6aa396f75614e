package org.fdistill.train;

import java.util.LinkedHashMap;
import java.util.Map;
import org.fdistill.data.InputPipeline;
import org.tensorflow.Result;
import org.tensorflow.Session;

/**
 * The validation of one batch, by names. Letters: B batch.
 *
 * @param session of the graph
 * @param data where the batches come from
 * @param values what is computed of a batch: name in the graph by name of the value
 * @param positions of the batch [B], by name in the graph
 * @param labels of the batch [B], by name in the graph
 */
public record ValidationStep(
    Session session,
    InputPipeline data,
    Map<String, String> values,
    String positions,
    String labels) {
  /**
   * What one batch gives.
   *
   * @param values means over the batch, by name
   * @param positions [B]
   * @param labels [B]
   */
  @SuppressWarnings("ArrayRecordComponent") // Results are read, never compared.
  public record BatchResult(Map<String, Double> values, long[] positions, long[] labels) {}

  /** Runs the next batch; {@code TFOutOfRangeException} after the last. */
  public BatchResult next() {
    Session.Runner runner = session.runner().fetch(positions).fetch(labels);
    values.values().forEach(runner::fetch);
    try (Result result = runner.run()) {
      Map<String, Double> batch = new LinkedHashMap<>();
      for (String name : values.keySet()) {
        batch.put(name, TrainingProgram.scalar(result, 2 + batch.size()));
      }
      return new BatchResult(
          batch, TrainingProgram.longs(result.get(0)), TrainingProgram.longs(result.get(1)));
    }
  }
}
