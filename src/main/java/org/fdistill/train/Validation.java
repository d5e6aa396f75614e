package org.fdistill.train;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.fdistill.data.BadExamples;
import org.fdistill.data.InputPipeline;
import org.fdistill.proto.DataConfig;
import org.tensorflow.exceptions.TFOutOfRangeException;

/** A pass over all validation examples. */
public final class Validation {
  private static final String FIELD = "validation_data";

  private final TrainingProgram program;
  private final DataConfig config;
  private final LabelCheck labels;
  private final Path report;

  /**
   * Prepares passes.
   *
   * @param program with validation data
   * @param config of that data
   * @param classes K of the task; 0: labels do not matter
   * @param report the file that names unreadable examples
   */
  public Validation(TrainingProgram program, DataConfig config, int classes, Path report) {
    this.program = program;
    this.config = config;
    this.labels = new LabelCheck(program.validationData(), classes, FIELD);
    this.report = report;
  }

  /**
   * Validates the current variables.
   *
   * @param stop ends a pass early
   * @return means over the examples, by name; empty where the pass was ended early
   */
  public Optional<Map<String, Double>> run(StopRequest stop) {
    InputPipeline data = program.validationData();
    long examples = data.source().size();
    data.start(program.session(), 0, examples);
    BadExamples bad = new BadExamples(data, 0, report, config.getMaxBadShare());
    IntervalMeans means = new IntervalMeans();
    try {
      while (!stop.isRequested()) {
        TrainingProgram.ValidationResult batch = program.validateBatch();
        bad.observe(program.session(), batch.positions());
        labels.observe(program.session(), batch.positions(), batch.labels());
        means.add(batch.values(), batch.positions().length);
      }
      return Optional.empty();
    } catch (TFOutOfRangeException e) {
      bad.finish(program.session(), examples);
      return Optional.of(means.take());
    }
  }
}
