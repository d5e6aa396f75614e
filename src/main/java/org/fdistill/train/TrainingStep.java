package org.fdistill.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.config.RunLength;
import org.fdistill.optim.schedule.LearningRateSchedule;
import org.fdistill.optim.schedule.WarmupCosine;
import org.fdistill.proto.RunConfig;
import org.tensorflow.exceptions.TFOutOfRangeException;

/** One optimiser step: its micro-batches, and the means over them. */
final class TrainingStep {
  private final TrainingProgram program;
  private final TrainingData data;
  private final LearningRateSchedule schedule;
  private final long seed;
  private final int microBatches;

  TrainingStep(TrainingProgram program, TrainingData data, RunLength length, RunConfig config) {
    this.program = program;
    this.data = data;
    this.schedule =
        WarmupCosine.of(
            config.getSchedule(),
            length.warmupSteps(),
            length.totalSteps(),
            config.getTrainData().getBatchSize());
    this.seed = config.getSeed();
    this.microBatches = config.getOptimizer().getAccumulation();
  }

  /** Micro-batches consumed after some steps. */
  long microSteps(long steps) {
    return steps * microBatches;
  }

  /**
   * Runs a step.
   *
   * @param step steps before this one
   * @param traced whether to measure the wait for data, in the last micro-batch
   */
  StepResult run(long step, boolean traced) {
    double rate = schedule.rate(step);
    List<TrainingProgram.MicroResult> results = new ArrayList<>();
    double waitShare = Double.NaN;
    for (int i = 0; i < microBatches; i++) {
      boolean last = i == microBatches - 1;
      TrainingProgram.Feed feed =
          new TrainingProgram.Feed(seed, microSteps(step) + i, step, scale -> scale * rate);
      long start = System.nanoTime();
      TrainingProgram.MicroResult result =
          microBatch(TrainingProgram.Part.of(i, microBatches), feed, traced && last);
      waitShare = result.dataWaitSeconds() / ((System.nanoTime() - start) * 1e-9);
      results.add(result);
      data.observe(result);
    }
    return combine(results, rate, waitShare);
  }

  /** Without a batch nothing of the graph has run: it can run again. */
  private TrainingProgram.MicroResult microBatch(
      TrainingProgram.Part part, TrainingProgram.Feed feed, boolean traced) {
    while (true) {
      try {
        return program.run(part, feed, traced);
      } catch (TFOutOfRangeException endOfWindow) {
        data.goOn();
      }
    }
  }

  private static StepResult combine(
      List<TrainingProgram.MicroResult> results, double rate, double waitShare) {
    TrainingProgram.MicroResult last = results.get(results.size() - 1);
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (String name : last.metrics().keySet()) {
      metrics.put(name, mean(results.stream().map(r -> r.metrics().get(name)).toList()));
    }
    return new StepResult(
        mean(results.stream().map(TrainingProgram.MicroResult::loss).toList()),
        last.gradientNorm(),
        last.gradientHalfSquares(),
        metrics,
        rate,
        waitShare);
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }
}
