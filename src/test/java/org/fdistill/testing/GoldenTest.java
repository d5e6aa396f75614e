package org.fdistill.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoldenTest {
  @Test
  void eachParameterHasAGradientOfItsShape() {
    Golden golden = Golden.open("vit/relative-shared");
    golden
        .inputs("parameters")
        .forEach(
            (name, input) ->
                assertThat(golden.array("grad/" + name).shape())
                    .as(name)
                    .containsExactly(input.shape()));
    assertThat(golden.arrays()).hasSize(golden.inputs("parameters").size() + 2);
  }

  @Test
  void anUnknownArrayIsAnErrorThatListsTheKnown() {
    Golden golden = Golden.open("values");
    assertThatThrownBy(() -> golden.array("wrong"))
        .hasMessageContaining("wrong")
        .hasMessageContaining("uniform");
  }

  @Test
  void anArchiveReadsBackAsWritten(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("a.npz");
    float[] values = {1f, -2.5f, 3e-30f, Float.MAX_VALUE, 0f, 7f};
    Npz.write(file, Map.of("a/b", NpyArray.of(values, 2, 3), "s", NpyArray.of(new float[] {4f})));
    Map<String, NpyArray> read = Npz.read(file);
    assertThat(read.get("a/b").shape()).containsExactly(2, 3);
    assertThat(read.get("a/b").floats()).containsExactly(values);
    assertThat(read.get("s").shape()).isEmpty();
    assertThat(read.get("s").scalar()).isEqualTo(4);
  }
}
