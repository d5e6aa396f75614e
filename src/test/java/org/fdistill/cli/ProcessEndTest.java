package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.fdistill.testing.Signals;
import org.fdistill.train.StopRequest;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class ProcessEndTest {
  private static final String COMPUTING = "computing";
  private static final String STOPPING = "stopping";

  /** A second signal in the midst of a product ends the process, and neither crashes nor hangs. */
  @Tag("slow")
  @RepeatedTest(3)
  void theSecondSignalEndsAProcessThatComputes(@TempDir Path folder) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-cp",
            System.getProperty("java.class.path"),
            ProcessEndTest.class.getName());
    Process child = builder.directory(folder.toFile()).redirectErrorStream(true).start();
    try (BufferedReader said = child.inputReader()) {
      assertThat(said.lines().anyMatch(COMPUTING::equals)).isTrue();
      Signals.send("TERM", child.pid());
      assertThat(said.lines().anyMatch(STOPPING::equals)).isTrue();
      Signals.send("TERM", child.pid());
      assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(child.exitValue()).isEqualTo(143);
      assertThat(folder).isEmptyDirectory();
    } finally {
      child.destroyForcibly();
    }
  }

  /** What the child runs: products until it is ended. */
  public static void main(String[] arguments) {
    StopRequest stop = new StopRequest();
    try (StopRequest.Signals signals =
            stop.onSignals(() -> System.out.println(STOPPING), ProcessEnd::bySignal);
        Graph graph = new Graph();
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
