package org.fdistill.cli;

import java.util.function.Consumer;
import org.fdistill.train.StopRequest;

/** Work that leaves all of its result or nothing. */
final class AllOrNothing {
  private AllOrNothing() {}

  /**
   * Lets a signal end the process at once; what is half-written goes with it.
   *
   * @param tell shows a line to the user
   * @param truth what to say then
   */
  static StopRequest.Signals orOnSignal(Consumer<String> tell, String truth) {
    return StopRequest.endOnSignals(
        code -> {
          tell.accept(truth);
          ProcessEnd.now(code);
        });
  }
}
