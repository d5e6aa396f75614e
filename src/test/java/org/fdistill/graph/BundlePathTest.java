package org.fdistill.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fdistill.config.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;

class BundlePathTest {
  @TempDir Path root;

  @ParameterizedTest
  @ValueSource(strings = {"a[b]", "[a", "a]", "a*", "a?", "a\\b"})
  void whatAPatternReadsOtherwiseIsRefused(String name) {
    assertThatThrownBy(() -> BundlePath.text(root.resolve(name).resolve("variables")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(name)
        .hasMessageContaining("for a pattern");
  }

  /** Why there is such a rule, and that other characters need none. */
  @ParameterizedTest
  @ValueSource(strings = {"plain", "a{b}", "a b", "a#'$b", "ü", "a,b;c"})
  void whatIsAcceptedCanBeRestored(String name) throws Exception {
    Path folder = Files.createDirectories(root.resolve(name));
    assertThat(roundTrip(BundlePath.text(folder.resolve("variables")))).isEqualTo(7);
  }

  @Test
  void tensorFlowDoesNotFindWhatItWroteBelowBrackets() throws Exception {
    Path folder = Files.createDirectories(root.resolve("a[b]"));
    assertThatThrownBy(() -> roundTrip(folder.resolve("variables").toString()))
        .isInstanceOf(TensorFlowException.class)
        .hasMessageContaining("Failed to find any matching files");
    assertThat(folder.resolve("variables.index")).exists();
  }

  private static float roundTrip(String prefix) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TString> file = tf.constant(prefix);
      Op save = tf.train.save(file, tf.array("x"), tf.array(""), List.of(tf.constant(7f)));
      Operand<?> read =
          tf.train
              .restore(file, tf.array("x"), tf.array(""), List.of(TFloat32.class))
              .tensors()
              .get(0);
      try (Session session = new Session(graph)) {
        session.runner().addTarget(save.op()).run().close();
        try (TFloat32 value = (TFloat32) session.runner().fetch(read).run().get(0)) {
          return value.getFloat();
        }
      }
    }
  }
}
