package org.fdistill.train;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.fdistill.cluster.Workers;
import org.fdistill.config.UserError;
import org.tensorflow.Graph;
import org.tensorflow.Session;

/** A validation that can be run again, as often as the weights are changed. */
public final class OpenEvaluation implements AutoCloseable {
  private final Graph graph;
  private final Session session;
  private final ValidationGraph validation;
  private final Evaluation evaluation;

  OpenEvaluation(Graph graph, Session session, ValidationGraph validation, Evaluation evaluation) {
    this.graph = graph;
    this.session = session;
    this.validation = validation;
    this.evaluation = evaluation;
  }

  /**
   * Validates the variables as they are now.
   *
   * @param report the file that names unreadable examples
   * @param stop ends a pass early
   * @param listener is told how many images are done
   * @return the task's values; empty where the pass was ended early
   */
  public Optional<Validated> run(Path report, StopRequest stop, LongConsumer listener) {
    try {
      return new Validation(
              session,
              validation,
              evaluation.task(),
              evaluation.config().getValidationData(),
              report,
              Workers.ALONE)
          .run(stop, listener);
    } catch (RuntimeException e) {
      throw UserError.explaining(evaluation.task().explain(e), e);
    }
  }

  /** How many images a run sees. */
  public long images() {
    return validation.examples();
  }

  /** The session in which the variables live. */
  public Session session() {
    return session;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
