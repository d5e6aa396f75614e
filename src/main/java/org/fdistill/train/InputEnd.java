package org.fdistill.train;

import java.io.IOException;
import java.io.InputStream;

/**
 * The end of a stream that the starter of this process holds open: it closes the stream to stop the
 * process, and its own end, however it comes, does too. It may come beside a signal to both.
 */
final class InputEnd {
  private static Runnable action = () -> {};
  private static boolean reached;

  private InputEnd() {}

  /** Waits for it, in a thread that nobody waits for. */
  static void await(InputStream input) {
    Thread thread = new Thread(() -> read(input), "fdistill-input-end");
    thread.setDaemon(true);
    thread.start();
  }

  private static void read(InputStream input) {
    try {
      while (input.read() >= 0) {
        // Nothing is said through it.
      }
    } catch (IOException e) {
      // It is gone as well.
    }
    reach().run();
  }

  private static synchronized Runnable reach() {
    reached = true;
    return action;
  }

  /**
   * Says what happens then, or now where it was reached already.
   *
   * @return what brings the action before back
   */
  static Runnable handle(Runnable newAction) {
    Runnable before;
    boolean now;
    synchronized (InputEnd.class) {
      before = action;
      action = newAction;
      now = reached;
    }
    if (now) {
      newAction.run();
    }
    return () -> restore(before);
  }

  private static synchronized void restore(Runnable before) {
    action = before;
  }
}
