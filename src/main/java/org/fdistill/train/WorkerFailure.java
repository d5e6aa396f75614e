package org.fdistill.train;

import java.util.Optional;
import org.fdistill.cluster.Workers;
import org.fdistill.config.UserError;
import org.tensorflow.exceptions.TensorFlowException;

/** What is said of an error that TensorFlow gave within a run. */
final class WorkerFailure {
  private static final String AGAIN =
      "Start all workers again: the run goes on from its newest checkpoint.";

  private WorkerFailure() {}

  /** The error itself, where it is neither another worker's nor the task's. */
  static RuntimeException explain(TrainingRun run, RuntimeException e) {
    Workers workers = run.workers();
    Optional<String> lost = workers.lost();
    if (lost.isPresent()) {
      return new UserError(UserError.Kind.RUN, lost.get(), e);
    }
    Optional<UserError> known = run.task().explain(e);
    if (known.isEmpty() && workers.areMany() && e instanceof TensorFlowException) {
      return between(workers, e);
    }
    return UserError.explaining(known, e);
  }

  /** Though all answer, a request between them got lost or came twice. */
  private static UserError between(Workers workers, RuntimeException e) {
    return new UserError(
        UserError.Kind.RUN,
        String.format(
            "%s: TensorFlow's runtime failed between workers after step %d: %.300s%n%s",
            workers.name(workers.index()), workers.lastStep(), e.getMessage(), AGAIN),
        e);
  }
}
