package org.fdistill.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.ConfigProto;

class GpuSearchTest {
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void itIsAskedOnceWhateverTheAnswer(boolean found) {
    AtomicInteger asked = new AtomicInteger();
    RuntimeException none = new IllegalArgumentException("none");
    GpuSearch search =
        new GpuSearch(
            settings -> {
              asked.incrementAndGet();
              return found ? Optional.empty() : Optional.of(none);
            });
    for (int i = 0; i < 3; i++) {
      assertThat(search.failure(ConfigProto.getDefaultInstance()))
          .isEqualTo(found ? Optional.empty() : Optional.of(none));
    }
    assertThat(asked).hasValue(1);
  }
}
