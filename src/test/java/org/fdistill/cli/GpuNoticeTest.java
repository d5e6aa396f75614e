package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.fdistill.proto.OptimizerConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.RuntimeConfig;
import org.fdistill.proto.RuntimeConfig.Xla;
import org.junit.jupiter.api.Test;

class GpuNoticeTest {
  @Test
  void aGpuIsSaidToGainByCompilingTheWholeStep() {
    assertThat(notice(Xla.LOOPS, 1, false, true))
        .hasValueSatisfying(text -> assertThat(text).contains("--set runtime.xla=WHOLE_STEP"));
  }

  @Test
  void nothingIsSaidWhereItIsSetOrCannotBe() {
    assertThat(notice(Xla.WHOLE_STEP, 1, false, true)).isEmpty();
    assertThat(notice(Xla.OFF, 1, false, true)).isEmpty();
    assertThat(notice(Xla.LOOPS, 2, false, true)).isEmpty();
    assertThat(notice(Xla.LOOPS, 1, true, true)).isEmpty();
    assertThat(notice(Xla.LOOPS, 1, false, false)).isEmpty();
  }

  private static Optional<String> notice(Xla xla, int accumulation, boolean many, boolean gpu) {
    RunConfig config =
        RunConfig.newBuilder()
            .setRuntime(RuntimeConfig.newBuilder().setXla(xla))
            .setOptimizer(OptimizerConfig.newBuilder().setAccumulation(accumulation))
            .build();
    return GpuNotice.of(config, many, () -> gpu);
  }
}
