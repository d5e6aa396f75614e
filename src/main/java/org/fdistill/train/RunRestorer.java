package org.fdistill.train;

import java.util.Optional;
import java.util.function.Consumer;
import org.fdistill.checkpoint.Checkpoint;

/**
 * Brings a run to where it goes on. Of several workers the first reads, and the others get what it
 * has read: they need no checkpoint.
 *
 * @param tell is told what a person should know
 */
record RunRestorer(TrainingRun run, RunParts parts, Consumer<String> tell) {
  /** Takes variables, step and data position of the newest checkpoint, or of the beginning. */
  RunState restore() {
    run.task().restoreFrozen(parts.program().session());
    Optional<Checkpoint> latest =
        run.workers().isChief()
            ? parts.store().newest(parts.program().endpoints().files().shapes(), tell)
            : Optional.empty();
    boolean accepted = run.config().getCheckpoint().getAcceptChangedData();
    latest.flatMap(checkpoint -> checkpoint.compareData(parts.data(), accepted)).ifPresent(tell);
    Agreement.require(run.workers(), run.config(), parts.data());
    long step = goTo(latest);
    if (step == 0) {
      parts.folder().removeFindings();
    }
    parts.batches().checkReadable();
    parts.log().start(step, run.config().getLog().getTensorboard());
    return new RunState(step, latest, false, false);
  }

  /** The step that a checkpoint, or the beginning, stands at. */
  long goTo(Optional<Checkpoint> checkpoint) {
    Standing standing = run.workers().isChief() ? assign(checkpoint) : received();
    if (run.workers().areMany()) {
      standing = standing.shared(run.workers());
      parts.program().share();
    }
    parts.batches().start(standing.position(run.workers().index()));
    run.task().prepare(parts.program().session(), tell);
    run.workers().reached(standing.step());
    return standing.step();
  }

  private Standing assign(Optional<Checkpoint> checkpoint) {
    if (checkpoint.isEmpty()) {
      String initial =
          new FirstValues(parts.program(), run.config(), run.task().network().name())
              .assign(parts.folder());
      if (!initial.isEmpty()) {
        tell.accept(initial);
      }
      return Standing.start(run.workers());
    }
    parts.program().restore(checkpoint.get().prefix());
    return Standing.of(checkpoint.get(), run.workers());
  }

  /** Whatever stands in the variables of another worker is replaced by the chief's. */
  private Standing received() {
    parts.program().initialize(run.config().getSeed());
    return Standing.start(run.workers());
  }
}
