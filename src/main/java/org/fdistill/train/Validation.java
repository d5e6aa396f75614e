package org.fdistill.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.fdistill.data.BadExamples;
import org.fdistill.data.InputPipeline;
import org.fdistill.eval.Sums;
import org.fdistill.proto.DataConfig;
import org.fdistill.task.Task;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFOutOfRangeException;

/** Passes over all validation examples. */
final class Validation {
  private static final String FIELD = "validation_data";

  private final Session session;
  private final ValidationGraph graph;
  private final Task task;
  private final DataConfig config;
  private final CheckedFields checks;
  private final Path report;

  /**
   * Over one data set, as often as wanted.
   *
   * @param session of the graph
   * @param graph the validation of a batch
   * @param config of the data
   * @param report the file that names unreadable examples
   */
  Validation(Session session, ValidationGraph graph, Task task, DataConfig config, Path report) {
    this.session = session;
    this.graph = graph;
    this.task = task;
    this.config = config;
    this.report = report;
    this.checks = new CheckedFields(graph.data(), task.checks(), FIELD);
  }

  /**
   * Validates the current variables.
   *
   * @param stop ends a pass early
   * @param listener is told how many images are done
   * @return what the task makes of it; empty where the pass was ended early
   */
  Optional<Validated> run(StopRequest stop, LongConsumer listener) {
    InputPipeline data = graph.data();
    long examples = graph.examples();
    data.start(session, 0, examples);
    BadExamples bad = new BadExamples(data, 0, report, config.getMaxBadShare());
    Sums sums = new Sums();
    try {
      while (!stop.isRequested()) {
        ObservedFields batch = add(sums);
        bad.observe(session, batch.positions());
        checks.observe(session, batch);
        listener.accept(bad.nextPosition());
      }
      return Optional.empty();
    } catch (TFOutOfRangeException endOfData) {
      bad.finish(session, examples);
      return Optional.of(
          new Validated(task.values(sums), task.classes(sums, data.source().classNames())));
    }
  }

  /** Runs the next batch; {@code TFOutOfRangeException} after the last. */
  private ObservedFields add(Sums sums) {
    Session.Runner runner = session.runner();
    graph.fields().values().forEach(runner::fetch);
    graph.sums().values().forEach(runner::fetch);
    try (Result result = runner.run()) {
      List<String> names = new ArrayList<>(graph.sums().keySet());
      int first = graph.fields().size();
      for (int i = 0; i < names.size(); i++) {
        sums.add(names.get(i), Tensors.doubles(result.get(first + i)));
      }
      return ObservedFields.read(graph.fields().keySet(), result, 0);
    }
  }
}
