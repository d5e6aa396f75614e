package org.fdistill.train;

import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * A wish to stop, from another thread or a signal. The trainer finishes its step, writes a
 * checkpoint and returns. Exit codes are the shell's: 128 and the signal's number, so 129 for
 * SIGHUP, 130 for SIGINT and 143 for SIGTERM. A process that was started to ignore SIGHUP, as by
 * nohup, goes on ignoring it.
 */
public final class StopRequest {
  private static final String TERM = "TERM";

  /** Signals that ask for a stop, and the exit code of each. */
  private static final Map<String, Integer> EXIT_CODES = Map.of("HUP", 129, "INT", 130, TERM, 143);

  /** The exit code where another worker was asked: that of SIGTERM. */
  public static final int BY_ANOTHER_WORKER = 143;

  private final AtomicReference<String> reason = new AtomicReference<>();

  /**
   * Asks for a stop.
   *
   * @param name of the signal, such as TERM
   * @return whether this was the first request
   */
  public boolean request(String name) {
    return reason.compareAndSet(null, name);
  }

  /** Whether a stop was asked for. */
  public boolean isRequested() {
    return reason.get() != null;
  }

  /** Whether an exit code is one of a process that was stopped. */
  public static boolean isOfStop(int exitCode) {
    return EXIT_CODES.containsValue(exitCode);
  }

  /** The exit code that tells what stopped the process; empty where nothing did. */
  public Optional<Integer> exitCode() {
    return Optional.ofNullable(reason.get()).map(EXIT_CODES::get);
  }

  /** Signals that make a request; closing gives them their usual effect back. */
  public interface Signals extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Lets SIGHUP, SIGINT and SIGTERM make this request. Java has no public way to see a second
   * signal, so this goes through {@code sun.misc.Signal}, which every JDK 17 has; where the JVM
   * refuses, the signals keep their usual effect.
   *
   * @param stopping is told of the first signal
   * @param exitNow is given the exit code when a second signal comes
   */
  public Signals onSignals(Runnable stopping, IntConsumer exitNow) {
    AtomicBoolean signalled = new AtomicBoolean();
    return listen(
        name -> {
          if (signalled.getAndSet(true)) {
            exitNow.accept(EXIT_CODES.get(name));
          } else {
            request(name, stopping);
          }
        },
        () -> request(TERM, stopping));
  }

  /**
   * Lets the same signals end the process in the midst of work that is all or nothing, such as an
   * export.
   *
   * @param end is given the exit code; it says what is true and ends the process
   */
  public static Signals endOnSignals(IntConsumer end) {
    return listen(name -> end.accept(EXIT_CODES.get(name)), () -> end.accept(EXIT_CODES.get(TERM)));
  }

  /**
   * Lets the end of a stream be heard as SIGTERM is, but not as the second signal: whoever started
   * this process holds the stream open, and may be stopped by the same signal.
   */
  public static void listenToEndOf(InputStream input) {
    InputEnd.await(input);
  }

  private void request(String name, Runnable stopping) {
    if (request(name)) {
      stopping.run();
    }
  }

  private static Signals listen(Consumer<String> signal, Runnable inputEnd) {
    List<Runnable> undo = new ArrayList<>();
    EXIT_CODES.keySet().forEach(name -> undo.add(handle(name, () -> signal.accept(name))));
    undo.add(InputEnd.handle(inputEnd));
    return () -> undo.forEach(Runnable::run);
  }

  /** Returns what brings the handler before back. */
  private static Runnable handle(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              StopRequest.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  action.run();
                }
                return null;
              });
      Object own = signal.getConstructor(String.class).newInstance(name);
      Method handle = signal.getMethod("handle", signal, handler);
      Object before = handle.invoke(null, own, proxy);
      return () -> restore(handle, own, before);
    } catch (InvocationTargetException e) {
      // The JVM was started with -Xrs: signals are not ours.
      return () -> {};
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("this JVM has no sun.misc.Signal", e);
    }
  }

  private static void restore(Method handle, Object signal, Object before) {
    try {
      handle.invoke(null, signal, before);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a signal's handler cannot be set back", e);
    }
  }
}
