package org.fdistill.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.fdistill.config.UserError;
import org.fdistill.testing.Golden;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

class BundleReaderTest {
  private static final Path GOLDEN =
      Golden.resource("teachers/tf1-graph/variables").resolve("variables");

  @TempDir Path folder;

  private Path prefix;

  @BeforeEach
  void copyGolden() throws IOException {
    prefix = folder.resolve("variables");
    for (String end : new String[] {".index", ".data-00000-of-00001"}) {
      Files.copy(Path.of(GOLDEN + end), Path.of(prefix + end));
    }
  }

  @Test
  void everyTensorHasAsManyValuesAsItsShape() {
    try (BundleReader reader = new BundleReader(prefix)) {
      assertThat(reader.shapes()).hasSizeGreaterThan(3);
      for (Map.Entry<String, Shape> tensor : reader.shapes().entrySet()) {
        assertThat(reader.read(tensor.getKey())).hasSize((int) tensor.getValue().size());
      }
      assertThatThrownBy(() -> reader.read("other"))
          .isInstanceOf(UserError.class)
          .hasMessageContainingAll("no tensor other", "it has");
    }
  }

  /** TensorFlow itself is never given it, for some damages abort the process. */
  @Test
  void aDamagedIndexIsRefusedBeforeTensorFlowReadsIt() throws IOException {
    Path index = Path.of(prefix + ".index");
    byte[] bytes = Files.readAllBytes(index);
    bytes[bytes.length / 2] ^= 1;
    Files.write(index, bytes);
    assertThatThrownBy(() -> new BundleReader(prefix))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll(index.toString(), "no index of a TensorFlow bundle", "again");
    assertThatThrownBy(() -> new SavedWeights("run", prefix).requireVariables(Map.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no index of a TensorFlow bundle");
  }
}
