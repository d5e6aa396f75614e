package org.fdistill.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.config.RunLength;
import org.fdistill.optim.schedule.LearningRateSchedule;
import org.fdistill.proto.RunConfig;
import org.fdistill.train.TrainingProgram.Feed;
import org.fdistill.train.TrainingProgram.MicroResult;
import org.fdistill.train.TrainingProgram.Part;
import org.tensorflow.exceptions.TFOutOfRangeException;

/**
 * One optimiser step: its micro-batches, and the means over them.
 *
 * @param program runs a micro-batch
 * @param batches where they come from
 * @param schedule of the learning rate
 * @param seed the run's
 * @param microBatches of a step
 */
record OptimizerStep(
    TrainingProgram program,
    TrainingBatches batches,
    LearningRateSchedule schedule,
    long seed,
    int microBatches) {
  /** With the schedule and the accumulation of a config. */
  static OptimizerStep of(
      TrainingProgram program, TrainingBatches batches, RunLength length, RunConfig config) {
    return new OptimizerStep(
        program,
        batches,
        LearningRateSchedule.of(
            config.getSchedule(),
            length.warmupSteps(),
            length.totalSteps(),
            config.getTrainData().getBatchSize()),
        config.getSeed(),
        config.getOptimizer().getAccumulation());
  }

  /** Micro-batches that were taken in some steps. */
  long microSteps(long steps) {
    return steps * microBatches;
  }

  /**
   * Runs all micro-batches of a step; the last one updates the parameters.
   *
   * @param step steps before this one
   * @param votes [2], above 0 where this process wants to stop and where it wants a checkpoint
   */
  StepOutcome run(long step, float[] votes) {
    batches.prepareStep();
    long from = batches.nextPosition();
    double rate = schedule.rate(step);
    List<MicroResult> results = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < microBatches; i++) {
      Feed feed = new Feed(seed, microSteps(step) + i, step, s -> schedule.rate(step, s), votes);
      MicroResult result = microBatch(Part.of(i, microBatches), feed);
      results.add(result);
      batches.observe(result.fields());
    }
    Span examples = new Span(from, batches.nextPosition());
    MicroResult last = results.get(microBatches - 1);
    return new StepOutcome(
        mean(results.stream().map(MicroResult::loss).toList()),
        last.gradientNorm(),
        last.gradientHalfSquares(),
        metrics(results),
        results.stream().flatMap(r -> r.nonFiniteInputs().stream()).distinct().toList(),
        last.votes(),
        rate,
        examples,
        seconds(start),
        results.stream().mapToDouble(MicroResult::dataWaitSeconds).sum());
  }

  /** Without a batch nothing of the graph has run: it can run again. */
  private MicroResult microBatch(Part part, Feed feed) {
    while (true) {
      try {
        return program.run(part, feed);
      } catch (TFOutOfRangeException endOfWindow) {
        batches.goOn();
      }
    }
  }

  /** The last micro-batch has some that are of the whole step. */
  private static Map<String, Double> metrics(List<MicroResult> results) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (String name : results.get(results.size() - 1).metrics().keySet()) {
      metrics.put(
          name,
          mean(
              results.stream()
                  .map(MicroResult::metrics)
                  .filter(m -> m.containsKey(name))
                  .map(m -> m.get(name))
                  .toList()));
    }
    return metrics;
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) * 1e-9;
  }
}
