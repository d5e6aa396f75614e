package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.fdistill.files.Folders;
import org.fdistill.files.Unfinished;
import org.fdistill.testing.JavaChild;
import org.fdistill.testing.Signals;
import org.fdistill.train.StopRequest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Processes that end in the midst of a product, each a JVM of its own; none crashes or hangs. */
@Tag("slow")
class ProcessEndTest {
  private static final String COMPUTING = "computing";
  private static final String STOPPING = "stopping";
  private static final String TOLD = "nothing of it is kept";

  /** How often each is tried: of the ends with C's cleaning up, some crash and some do not. */
  private static final int TIMES = 4;

  @TempDir Path folder;

  /** How a child may end. */
  enum End {
    /** By the second signal: the first is a request to stop. */
    SECOND_SIGNAL,
    /** By the first signal, with a line. */
    ALL_OR_NOTHING,
    /** By itself, from a thread that waits for the first line of its input. */
    LOST_WORKER
  }

  @ParameterizedTest
  @CsvSource({
    "SECOND_SIGNAL, TERM, 143",
    "ALL_OR_NOTHING, TERM, 143",
    "ALL_OR_NOTHING, HUP, 129",
    "LOST_WORKER, , 1"
  })
  void aProcessThatComputesEndsAtOnceAndLeavesNothing(End end, String signal, int code)
      throws Exception {
    if (signal != null) {
      Signals.assumeHeard(signal);
    }
    for (int i = 0; i < TIMES; i++) {
      check(end, signal, code);
    }
  }

  private void check(End end, String signal, int code) throws Exception {
    ProcessBuilder builder = JavaChild.of(ProcessEndTest.class, end.name());
    Process child = builder.directory(folder.toFile()).redirectErrorStream(true).start();
    try (BufferedReader said = child.inputReader()) {
      assertThat(said.lines().anyMatch(COMPUTING::equals)).isTrue();
      assertThat(Folders.list(folder)).hasSize(1);
      if (end == End.SECOND_SIGNAL) {
        Signals.send(signal, child.pid());
        assertThat(said.lines().anyMatch(STOPPING::equals)).isTrue();
      }
      if (end == End.LOST_WORKER) {
        child.getOutputStream().close();
      } else {
        Signals.send(signal, child.pid());
      }
      assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
      List<String> last = said.lines().toList();
      assertThat(child.exitValue()).as("%s", last).isEqualTo(code);
      assertThat(last).isEqualTo(end == End.ALL_OR_NOTHING ? List.of(TOLD) : List.of());
      assertThat(folder).isEmptyDirectory();
    } finally {
      child.destroyForcibly();
    }
  }

  /** What the child runs: products until it is ended. */
  public static void main(String[] arguments) throws Exception {
    Path half = Files.createDirectory(Path.of("half"));
    try (Unfinished begun = Unfinished.begin(() -> Folders.delete(half));
        StopRequest.Signals signals = ended(End.valueOf(arguments[0]), ProcessEnd::now)) {
      compute();
    }
  }

  private static StopRequest.Signals ended(End end, IntConsumer now) {
    return switch (end) {
      case SECOND_SIGNAL -> new StopRequest().onSignals(() -> System.out.println(STOPPING), now);
      case ALL_OR_NOTHING -> AllOrNothing.orOnSignal(System.out::println, TOLD);
      case LOST_WORKER -> {
        Thread lost = new Thread(() -> endWithInput(now));
        lost.setDaemon(true);
        lost.start();
        yield () -> {};
      }
    };
  }

  private static void endWithInput(IntConsumer now) {
    try {
      System.in.read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    now.accept(1);
  }

  private static void compute() {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> ones = tf.fill(tf.constant(new int[] {1000, 1000}), tf.constant(1f));
      Operand<TFloat32> input = tf.placeholderWithDefault(ones, Shape.of(1000, 1000));
      Operand<TFloat32> product = input;
      for (int i = 0; i < 100; i++) {
        product = tf.linalg.matMul(product, input);
      }
      session.runner().addTarget(product).run().close();
      System.out.println(COMPUTING);
      while (true) {
        session.runner().addTarget(product).run().close();
      }
    }
  }
}
