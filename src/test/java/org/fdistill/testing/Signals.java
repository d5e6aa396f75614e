package org.fdistill.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Signals to processes, for tests of what they do. */
public final class Signals {
  /** By their numbers, from 1. */
  private static final List<String> NAMES = List.of("HUP", "INT");

  private Signals() {}

  /** Sends a signal, such as TERM, to one process. */
  public static void send(String signal, long process) throws IOException, InterruptedException {
    if (process <= 1) {
      // Some versions of kill take minus a group's number for minus one: every process there is.
      throw new IllegalArgumentException("not one process: " + process);
    }
    new ProcessBuilder("kill", "-" + signal, Long.toString(process)).start().waitFor();
  }

  /**
   * Skips a test where this process was started to ignore a signal, as by nohup: Java then keeps
   * ignoring it, and so do the processes that it starts.
   */
  public static void assumeHeard(String signal) throws IOException {
    String mask =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .map(line -> line.substring("SigIgn:".length()).strip())
            .findFirst()
            .orElse("0");
    int bit = NAMES.indexOf(signal);
    boolean ignored = bit >= 0 && ((Long.parseUnsignedLong(mask, 16) >>> bit) & 1) == 1;
    Assumptions.assumeFalse(ignored, () -> "SIG" + signal + " is ignored by this process");
  }
}
