package org.fdistill.graph;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;
import java.util.stream.Collectors;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;

/**
 * The process's first run of a graph, for the sake of two lines that TensorFlow writes to standard
 * error then and never again: that its log is not initialised yet, and that a pass of MLIR is off,
 * as it is on every machine without a TPU. No setting keeps them away: {@code TF_CPP_MIN_LOG_LEVEL}
 * does not reach the log they go to, whose functions the library does not export. So a graph of one
 * constant runs while standard error is taken, and everything but the two lines is written on.
 */
final class FirstRun {
  private static final List<String> DROPPED =
      List.of(
          "All log messages before absl::InitializeLog() is called",
          "MLIR V1 optimization pass is not enabled");

  /** Whoever asks for all messages gets these as well. */
  private static final boolean WANTED = "0".equals(System.getenv("TF_CPP_MIN_LOG_LEVEL"));

  private static boolean done;

  private FirstRun() {}

  /**
   * Makes the first run, unless it was made.
   *
   * @param settings of the session to come: the first session of a process decides over the threads
   *     of all
   */
  static synchronized void make(ConfigProto settings) {
    if (done) {
      return;
    }
    done = true;
    // What the start of a GPU says, or dies of, is not to be taken.
    ConfigProto withoutGpu = settings.toBuilder().putDeviceCount("GPU", 0).build();
    if (WANTED) {
      run(withoutGpu);
      return;
    }
    try (StandardErrorCapture capture = StandardErrorCapture.start()) {
      run(withoutGpu);
      if (capture != null) {
        StandardErrorCapture.write(withoutDropped(capture.end()));
      }
    }
  }

  private static void run(ConfigProto settings) {
    try (Graph graph = new Graph();
        Session session = new Session(graph, settings)) {
      Operand<?> constant = Ops.create(graph).constant(0);
      session.runner().addTarget(constant).run().close();
    } catch (TensorFlowException e) {
      // The session to come has the same settings, and somebody to tell.
    }
  }

  /** A library's text, in whatever encoding, without the two lines. */
  static byte[] withoutDropped(byte[] text) {
    return new String(text, ISO_8859_1)
        .lines()
        .filter(line -> DROPPED.stream().noneMatch(line::contains))
        .map(line -> line + "\n")
        .collect(Collectors.joining())
        .getBytes(ISO_8859_1);
  }
}
