package org.fdistill.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.fdistill.cluster.Workers;
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
  private final Workers workers;

  /**
   * Over one data set, as often as wanted.
   *
   * @param session of the graph
   * @param graph the validation of a batch
   * @param config of the data
   * @param report the file that names unreadable examples
   * @param workers that each validate their share
   */
  Validation(
      Session session,
      ValidationGraph graph,
      Task task,
      DataConfig config,
      Path report,
      Workers workers) {
    this.session = session;
    this.graph = graph;
    this.task = task;
    this.config = config;
    this.report = report;
    this.workers = workers;
    this.checks = new CheckedFields(graph.data(), task.checks(), FIELD);
  }

  /**
   * Validates the current variables.
   *
   * @param stop ends a pass early
   * @param listener is told how many images are done
   * @return what the task makes of it; empty where the pass was ended early, in some worker
   */
  Optional<Validated> run(StopRequest stop, LongConsumer listener) {
    Sums sums = new Sums();
    boolean whole = pass(sums, stop, listener);
    Optional<Sums> all = workers.areMany() ? overWorkers(sums, whole) : only(sums, whole);
    return all.map(
        s -> new Validated(task.values(s), task.classes(s, graph.data().source().classNames())));
  }

  private static Optional<Sums> only(Sums sums, boolean whole) {
    return whole ? Optional.of(sums) : Optional.empty();
  }

  /** Adds up all workers' sums, of the sizes that the graph says: one may have had no example. */
  private Optional<Sums> overWorkers(Sums mine, boolean whole) {
    double[] all = new double[1 + graph.sizes().values().stream().mapToInt(s -> s).sum()];
    all[0] = whole ? 0 : 1;
    int at = 1;
    for (Map.Entry<String, Integer> sum : graph.sizes().entrySet()) {
      if (mine.names().contains(sum.getKey())) {
        System.arraycopy(mine.get(sum.getKey()), 0, all, at, sum.getValue());
      }
      at += sum.getValue();
    }
    double[] totals = workers.sum(all);
    Sums sums = new Sums();
    at = 1;
    for (Map.Entry<String, Integer> sum : graph.sizes().entrySet()) {
      sums.add(sum.getKey(), Arrays.copyOfRange(totals, at, at + sum.getValue()));
      at += sum.getValue();
    }
    return only(sums, totals[0] == 0);
  }

  /** Whether all of this worker's examples were seen. */
  private boolean pass(Sums sums, StopRequest stop, LongConsumer listener) {
    InputPipeline data = graph.data();
    long examples = graph.examples();
    data.start(session, 0, examples);
    BadExamples bad = new BadExamples(data, 0, report, config.getMaxBadShare());
    try {
      while (!stop.isRequested()) {
        ObservedFields batch = add(sums);
        bad.observe(session, batch.positions());
        checks.observe(session, batch);
        listener.accept(bad.nextPosition());
      }
      return false;
    } catch (TFOutOfRangeException endOfData) {
      bad.finish(session, examples);
      return true;
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
