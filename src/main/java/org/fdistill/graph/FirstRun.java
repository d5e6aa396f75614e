package org.fdistill.graph;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;
import java.util.stream.Collectors;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * The process's first run of a graph, for the sake of two lines that TensorFlow writes to standard
 * error then and never again: that its log is not initialised yet, and that a pass of MLIR is off,
 * as it is on every machine without a TPU. No setting keeps them away: {@code TF_CPP_MIN_LOG_LEVEL}
 * does not reach the log they go to, whose functions the library does not export. So a graph of one
 * constant runs while standard error is taken, and everything but the two lines is written on. The
 * first function that XLA compiles writes three such lines.
 */
final class FirstRun {
  private static final List<String> DROPPED =
      List.of(
          "All log messages before absl::InitializeLog() is called",
          "MLIR V1 optimization pass is not enabled",
          "XLA service 0x",
          "StreamExecutor device (",
          "Compiled cluster using XLA!");

  /** Whoever asks for all messages gets these as well. */
  private static final boolean WANTED = "0".equals(System.getenv("TF_CPP_MIN_LOG_LEVEL"));

  private static boolean done;
  private static boolean compiled;

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
    take(() -> run(withoutGpu(settings)));
  }

  /**
   * Compiles a first function with XLA, unless one was compiled.
   *
   * @param settings of the session to come
   */
  static synchronized void compile(ConfigProto settings) {
    make(settings);
    if (!compiled) {
      compiled = true;
      take(() -> runCompiled(withoutGpu(settings)));
    }
  }

  /** What the start of a GPU says, or dies of, is not to be taken. */
  private static ConfigProto withoutGpu(ConfigProto settings) {
    return settings.toBuilder().putDeviceCount("GPU", 0).build();
  }

  private static void take(Runnable run) {
    if (WANTED) {
      run.run();
      return;
    }
    try (StandardErrorCapture capture = StandardErrorCapture.start()) {
      run.run();
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

  private static void runCompiled(ConfigProto settings) {
    CompiledLoop loop = CompiledLoop.of("First", (tf, x) -> List.of(tf.math.neg(x.get(0))));
    try (Graph graph = new Graph();
        Session session = new Session(graph, settings);
        TFloat32 fed = TFloat32.scalarOf(1)) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> x = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
      loop.declare(tf, List.of(TFloat32.class), List.of(TFloat32.class));
      Operand<TFloating> y =
          loop.call(tf, List.of(x), List.of(new CompiledLoop.Result(TFloat32.class, null))).get(0);
      session.runner().feed(x, fed).addTarget(y).run().close();
    } catch (TensorFlowException e) {
      // As above.
    }
  }

  /** A library's text, in whatever encoding, without the lines that nobody can change. */
  static byte[] withoutDropped(byte[] text) {
    return new String(text, ISO_8859_1)
        .lines()
        .filter(line -> DROPPED.stream().noneMatch(line::contains))
        .map(line -> line + "\n")
        .collect(Collectors.joining())
        .getBytes(ISO_8859_1);
  }
}
