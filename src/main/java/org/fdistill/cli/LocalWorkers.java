package org.fdistill.cli;

import com.google.gson.Gson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.fdistill.cluster.Cluster;
import org.fdistill.train.StopRequest;

/**
 * Several processes of this program on this machine that train together: each gets a {@code
 * TF_CONFIG}, and its lines come out with its number before them. All stop where this one is asked
 * to stop, or ends.
 */
final class LocalWorkers {
  /** How long the others may take to end by themselves after one has. */
  private static final long GRACE_SECONDS = 90;

  private final int count;
  private final Console console;
  private final boolean notesAlone;
  private final List<Process> processes = new CopyOnWriteArrayList<>();

  /**
   * For one command line.
   *
   * @param count W, from 1
   */
  LocalWorkers(int count, Console console) {
    this(count, console, /* notesAlone= */ false);
  }

  /**
   * For one command line.
   *
   * @param count W, from 1
   * @param notesAlone whether what the processes print as their results is left out
   */
  LocalWorkers(int count, Console console, boolean notesAlone) {
    this.count = count;
    this.console = console;
    this.notesAlone = notesAlone;
  }

  /** Threads of each process: its part of the cores, at least one. */
  static int threads(int count) {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / count);
  }

  /**
   * Runs a command line in each process and waits for all.
   *
   * @param words of the command line, without the option that asks for this
   * @throws Stopped with the exit code of the first process that failed, 0 if none did
   */
  void run(List<String> words) throws IOException, InterruptedException {
    List<String> addresses = freeAddresses();
    StopRequest stop = new StopRequest();
    List<Thread> readers = new ArrayList<>();
    try (StopRequest.Signals signals = stop.onSignals(this::stopAll, this::kill)) {
      for (int i = 0; i < count; i++) {
        Process process = start(words, addresses, i);
        processes.add(process);
        readers.add(reader(process, i));
      }
      if (stop.isRequested()) {
        stopAll();
      }
      int code = await();
      for (Thread reader : readers) {
        reader.join();
      }
      if (code != 0) {
        throw new Stopped(StopRequest.isOfStop(code) ? stop.exitCode().orElse(code) : code);
      }
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
  }

  private static List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-D" + Main.STOP_AT_END_OF_INPUT + "=true");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    return command;
  }

  private Process start(List<String> words, List<String> addresses, int index) throws IOException {
    List<String> command = command();
    command.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(command);
    if (notesAlone) {
      builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    } else {
      builder.redirectErrorStream(true);
    }
    Map<String, String> environment = builder.environment();
    environment.put(Cluster.VARIABLE, config(addresses, index));
    environment.putIfAbsent("TF_NUM_INTRAOP_THREADS", String.valueOf(threads(count)));
    environment.putIfAbsent("GRPC_MAX_RETRIES", "5"); // As the launcher has it.
    return builder.start();
  }

  private static String config(List<String> addresses, int index) {
    Map<String, Object> task = new LinkedHashMap<>();
    task.put("type", "worker");
    task.put("index", index);
    return new Gson().toJson(Map.of("cluster", Map.of("worker", addresses), "task", task));
  }

  /** All ports are held until all are known, so that they differ. */
  private List<String> freeAddresses() throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    List<String> addresses = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        sockets.add(socket);
        addresses.add("localhost:" + socket.getLocalPort());
      }
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
    return addresses;
  }

  private Thread reader(Process process, int index) {
    Thread thread = new Thread(() -> copy(process, index), "fdistill-worker-" + index);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void copy(Process process, int index) {
    try (BufferedReader lines =
        notesAlone
            ? process.errorReader(StandardCharsets.UTF_8)
            : process.inputReader(StandardCharsets.UTF_8)) {
      lines.lines().forEach(line -> console.note("[worker " + index + "] " + line));
    } catch (IOException | UncheckedIOException ended) {
      // The process is gone; its exit code says how.
    }
  }

  /** The exit code of the first that fails; those that then do not end by themselves are killed. */
  private int await() throws InterruptedException {
    int code = 0;
    long deadline = Long.MAX_VALUE;
    for (boolean running = true; running; ) {
      running = false;
      for (Process process : processes) {
        if (process.isAlive()) {
          running = true;
        } else if (process.exitValue() != 0 && code == 0) {
          code = process.exitValue();
          deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(GRACE_SECONDS);
        }
      }
      if (System.nanoTime() > deadline) {
        processes.forEach(Process::destroyForcibly);
      }
      Thread.sleep(100);
    }
    return code;
  }

  /** A signal of ours would be the second one where a terminal sends one to every process. */
  private void stopAll() {
    for (Process process : processes) {
      try {
        process.getOutputStream().close();
      } catch (IOException e) {
        // The process is gone.
      }
    }
  }

  private void kill(int code) {
    processes.forEach(Process::destroyForcibly);
    ProcessEnd.now(code);
  }
}
