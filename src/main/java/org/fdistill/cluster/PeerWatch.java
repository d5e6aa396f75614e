package org.fdistill.cluster;

import java.util.Arrays;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Consumer;
import org.fdistill.cluster.PeerProbe.Answer;
import org.fdistill.config.UserError;

/**
 * Watches the other workers. TensorFlow's exchanges may wait for ever for one that is gone, and a
 * thread that waits in them cannot be interrupted; so who finds a worker lost ends this process,
 * unless the waiting thread has come back with an error of its own by then.
 */
final class PeerWatch implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 2_000;
  private static final long PAUSE_MILLIS = 2_000;

  /** How long the waiting thread may take to come back with TensorFlow's error. */
  private static final long GRACE_MILLIS = 5_000;

  private static final String AGAIN =
      "\nStart all workers again: the run goes on from its newest checkpoint.";

  private final Cluster cluster;
  private final long silenceMillis;
  private final Consumer<String> end;
  private final Deque<Consumer<String>> told = new ConcurrentLinkedDeque<>();
  private final long[] lastAnswer;
  private final int[] refusals;
  private final Thread thread;
  private volatile long step;
  private volatile String lost;
  private volatile boolean claimed;
  private volatile boolean ending;
  private volatile boolean closed;

  /**
   * Makes a watch; {@link #awaitAll} starts it.
   *
   * @param silenceSeconds without an answer after which a worker counts as lost
   * @param end is given the message, and ends the process
   */
  PeerWatch(Cluster cluster, int silenceSeconds, Consumer<String> end) {
    this.cluster = cluster;
    this.silenceMillis = silenceSeconds * 1000L;
    this.end = end;
    lastAnswer = new long[cluster.size()];
    refusals = new int[cluster.size()];
    thread = new Thread(this::watch, "fdistill-peer-watch");
    thread.setDaemon(true);
  }

  /**
   * Waits until all workers answer, then watches them.
   *
   * @param seconds to wait
   * @param tell is told for whom it waits
   * @throws UserError of kind run, where one does not come
   */
  void awaitAll(int seconds, Consumer<String> tell) {
    long begin = System.currentTimeMillis();
    int told = -1;
    for (int peer = 0; peer < cluster.size(); peer++) {
      while (peer != cluster.index()
          && PeerProbe.ask(cluster.addresses().get(peer), PATIENCE_MILLIS) != Answer.ALIVE) {
        long waited = System.currentTimeMillis() - begin;
        if (waited > seconds * 1000L) {
          throw UserError.run(
              String.format(
                  Locale.ROOT,
                  "%s has not come within %d s.\nStart it, or look whether %s resolves and its port"
                      + " is open; cluster.start_seconds says how long to wait.",
                  cluster.name(peer),
                  seconds,
                  cluster.addresses().get(peer)));
        }
        if (waited > 10_000 && told != peer) {
          tell.accept("Waiting for " + cluster.name(peer) + ".");
          told = peer;
        }
        sleep(300);
      }
    }
    Arrays.fill(lastAnswer, System.currentTimeMillis());
    thread.start();
  }

  /** Who is told, before others that asked earlier, when this is about to end the process. */
  void beforeEnd(Consumer<String> listener) {
    told.addFirst(listener);
  }

  /** Notes how far training has come, for the message. */
  void reached(long newStep) {
    step = newStep;
  }

  long lastStep() {
    return step;
  }

  /**
   * Which worker is lost, for the thread that has an error from TensorFlow; it then ends the
   * process itself.
   *
   * @return empty where all answer
   */
  Optional<String> verdict() {
    claimed = true;
    long deadline = System.currentTimeMillis() + silenceMillis + 2 * PATIENCE_MILLIS;
    while ((lost == null || ending) && thread.isAlive() && System.currentTimeMillis() < deadline) {
      sleep(100);
    }
    claimed = lost != null;
    return Optional.ofNullable(lost);
  }

  private void watch() {
    while (!closed && lost == null) {
      for (int peer = 0; peer < cluster.size() && !closed && lost == null; peer++) {
        if (peer != cluster.index()) {
          ask(peer);
        }
      }
      sleep(PAUSE_MILLIS);
    }
    if (lost != null) {
      sleep(GRACE_MILLIS);
      if (!claimed && !closed) {
        endOfProcess();
      }
    }
  }

  /** Whatever fails on the way, the process ends; who comes back meanwhile waits for that. */
  private void endOfProcess() {
    ending = true;
    try {
      told.forEach(listener -> listener.accept(lost));
    } finally {
      end.accept(lost);
    }
  }

  private void ask(int peer) {
    Answer answer = PeerProbe.ask(cluster.addresses().get(peer), PATIENCE_MILLIS);
    long now = System.currentTimeMillis();
    if (answer == Answer.ALIVE) {
      lastAnswer[peer] = now;
      refusals[peer] = 0;
    } else if (answer == Answer.REFUSED && ++refusals[peer] >= 2) {
      lose(peer, "its process is gone");
    } else if (now - lastAnswer[peer] > silenceMillis) {
      lose(
          peer,
          "it has not answered for "
              + (now - lastAnswer[peer]) / 1000
              + " s; its process, its machine or the network hangs");
    }
  }

  private void lose(int peer, String why) {
    if (!closed) {
      lost =
          String.format(
              Locale.ROOT, "%s is lost after step %d: %s.%s", cluster.name(peer), step, why, AGAIN);
    }
  }

  static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for other workers", e);
    }
  }

  /** Ends the watch: from now on the others may leave. */
  @Override
  public void close() {
    closed = true;
  }
}
