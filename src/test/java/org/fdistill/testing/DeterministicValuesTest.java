package org.fdistill.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DeterministicValuesTest {
  private final Golden golden = Golden.open("values");

  @Test
  void floatsArePythonsToTheBit() {
    NpyArray wanted = golden.array("uniform");
    assertThat(wanted.shape()).containsExactly(3, 5, 7);
    assertThat(
            DeterministicValues.uniform(
                "student/blocks/00/attn/qkv/kernel", wanted.size(), 0.5f, 0.1f))
        .containsExactly(wanted.floats());
  }

  @Test
  void integersArePythonsAndStayBelowTheBound() {
    int[] drawn = DeterministicValues.integers("sample", 64, 1000003);
    assertThat(Arrays.stream(drawn).asLongStream().toArray())
        .containsExactly(golden.array("integers").longs());
  }
}
