package org.fdistill.train;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.fdistill.data.BadExamples;
import org.fdistill.data.InputPipeline;
import org.fdistill.proto.DataConfig;
import org.tensorflow.exceptions.TFOutOfRangeException;

/** A pass over all validation examples. */
public final class Validation {
  private static final String FIELD = "validation_data";

  private final ValidationStep step;
  private final DataConfig config;
  private final LabelCheck labels;
  private final Path report;

  /**
   * Prepares passes.
   *
   * @param step runs a batch
   * @param config of the data
   * @param classes K of the task; 0: labels do not matter
   * @param report the file that names unreadable examples
   */
  public Validation(ValidationStep step, DataConfig config, int classes, Path report) {
    this.step = step;
    this.config = config;
    this.labels = new LabelCheck(step.data(), classes, FIELD);
    this.report = report;
  }

  /**
   * Validates the current variables.
   *
   * @param stop ends a pass early
   * @return means over the examples, by name; empty where the pass was ended early
   */
  public Optional<Map<String, Double>> run(StopRequest stop) {
    return run(stop, done -> {});
  }

  /**
   * As {@link #run(StopRequest)}.
   *
   * @param listener is told how many images are done
   */
  public Optional<Map<String, Double>> run(StopRequest stop, LongConsumer listener) {
    InputPipeline data = step.data();
    long examples = data.source().size();
    data.start(step.session(), 0, examples);
    BadExamples bad = new BadExamples(data, 0, report, config.getMaxBadShare());
    IntervalMeans means = new IntervalMeans();
    try {
      while (!stop.isRequested()) {
        ValidationStep.BatchResult batch = step.next();
        bad.observe(step.session(), batch.positions());
        labels.observe(step.session(), batch.positions(), batch.labels());
        means.add(batch.values(), batch.positions().length);
        listener.accept(bad.nextPosition());
      }
      return Optional.empty();
    } catch (TFOutOfRangeException e) {
      bad.finish(step.session(), examples);
      return Optional.of(means.take());
    }
  }
}
