package org.fdistill.cli;

import java.io.IOException;
import org.fdistill.train.StopRequest;

/** The end of this process in the midst of what it computes. */
final class ProcessEnd {
  private ProcessEnd() {}

  /**
   * Ends the process by a signal, as one that does not listen is ended. {@link Runtime#halt} would
   * first let C++ libraries clean up, which takes the code of products away under the threads of
   * TensorFlow that are in it: the process crashes, or hangs.
   *
   * @param code the exit code that tells of the signal
   */
  static void bySignal(int code) {
    StopRequest.signal(code).ifPresent(ProcessEnd::raise);
    Runtime.getRuntime().halt(code);
  }

  /** Gives a signal its usual effect back, and sends it to this process. */
  private static void raise(String name) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object own = signal.getConstructor(String.class).newInstance(name);
      Object usual = handler.getField("SIG_DFL").get(null);
      signal.getMethod("handle", signal, handler).invoke(null, own, usual);
      // Signal.raise refuses a signal that has its usual effect.
      String process = Long.toString(ProcessHandle.current().pid());
      new ProcessBuilder("kill", "-" + name, process).start().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ReflectiveOperationException | IOException e) {
      // No kill here, or a JVM with -Xrs, whose signals are not ours.
    }
  }
}
