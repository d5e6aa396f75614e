package org.fdistill.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fdistill.testing.JavaChild;

/** Command lines of training with several processes, and the processes. */
final class WorkerProcesses {
  private WorkerProcesses() {}

  /**
   * Of a run of 20 steps.
   *
   * @param task a config's absolute path, or the name of one of the smoke tests
   * @param workers that the command starts itself; 1: it is one process
   */
  static List<String> words(String task, String folder, int workers, String... sets) {
    List<String> words =
        new ArrayList<>(List.of("train", config(task).toString(), "--workdir", folder));
    if (workers > 1) {
      words.addAll(List.of("--local-workers", String.valueOf(workers)));
    }
    for (String set :
        List.of(
            "schedule.length.steps=20",
            "log.every_steps=1",
            "log.report=false",
            "export.at_end=false")) {
      words.addAll(List.of("--set", set));
    }
    for (String set : sets) {
      words.addAll(List.of("--set", set));
    }
    return words;
  }

  private static Path config(String task) {
    Path path = Path.of(task);
    return path.isAbsolute() ? path : Path.of("configs/smoke", task + ".txtpb");
  }

  /** Of two workers. */
  static List<String> addresses() throws IOException {
    try (ServerSocket a = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket b = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return List.of("localhost:" + a.getLocalPort(), "localhost:" + b.getLocalPort());
    }
  }

  /**
   * Starts one of them.
   *
   * @param words of its command line
   */
  static Process start(List<String> addresses, int index, List<String> words) throws IOException {
    ProcessBuilder builder =
        JavaChild.of(Main.class, words.toArray(String[]::new)).redirectErrorStream(true);
    String workers = "[\"" + String.join("\", \"", addresses) + "\"]";
    builder
        .environment()
        .put(
            "TF_CONFIG",
            "{\"cluster\": {\"worker\": %s}, \"task\": {\"type\": \"worker\", \"index\": %d}}"
                .formatted(workers, index));
    return builder.start();
  }
}
