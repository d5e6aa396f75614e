package org.fdistill.train;

import java.util.Optional;
import org.fdistill.checkpoint.Checkpoint;

/**
 * Where a run stands between two steps.
 *
 * @param step steps done
 * @param latest the newest checkpoint; empty before the first
 * @param rolledBack whether a step was not finite before
 * @param stopped whether a stop was asked for
 */
record RunState(long step, Optional<Checkpoint> latest, boolean rolledBack, boolean stopped) {
  RunState done(long newStep) {
    return new RunState(newStep, latest, rolledBack, stopped);
  }

  RunState written(Checkpoint checkpoint) {
    return new RunState(step, Optional.of(checkpoint), rolledBack, stopped);
  }

  RunState wentBack(long newStep) {
    return new RunState(newStep, latest, true, stopped);
  }

  RunState stop() {
    return new RunState(step, latest, rolledBack, true);
  }
}
