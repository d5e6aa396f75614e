package org.fdistill.files;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Files that must not outlive the work on them: the end of the process removes them as well. */
public final class Unfinished implements AutoCloseable {
  private static final Set<Unfinished> ALL = ConcurrentHashMap.newKeySet();
  private static boolean hooked;

  private final Removal removal;

  /** Removes files. */
  @FunctionalInterface
  public interface Removal {
    /** Removes them, of which some may be gone or renamed already. */
    void remove() throws IOException;
  }

  private Unfinished(Removal removal) {
    this.removal = removal;
  }

  /**
   * Begins such work.
   *
   * @param removal called once: by {@link #close}, or by the end of the process where that is first
   */
  public static synchronized Unfinished begin(Removal removal) {
    if (!hooked) {
      Runtime.getRuntime().addShutdownHook(new Thread(Unfinished::removeAll));
      hooked = true;
    }
    Unfinished begun = new Unfinished(removal);
    ALL.add(begun);
    return begun;
  }

  /**
   * Removes the files of all work that has not ended; returns when they are gone, whichever thread
   * removed them. Another thread may still be writing: what it leaves is for the next start.
   */
  public static synchronized void removeAll() {
    for (Unfinished begun : ALL) {
      try {
        begun.close();
      } catch (IOException e) {
        // There is nobody left to tell.
      }
    }
  }

  /** Removes the files; returns when they are gone, whichever thread removed them. */
  @Override
  public void close() throws IOException {
    synchronized (Unfinished.class) {
      if (ALL.remove(this)) {
        removal.remove();
      }
    }
  }
}
