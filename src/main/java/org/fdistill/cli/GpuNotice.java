package org.fdistill.cli;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.RuntimeConfig.Xla;
import org.fdistill.train.SessionSettings;

/** Says that a GPU gains by another setting than the default, which compiles nothing there. */
final class GpuNotice {
  private GpuNotice() {}

  static void print(Console console, RunConfig config) {
    of(config, ProcessWorkers.areMany(), () -> SessionSettings.usesGpu(config.getRuntime()))
        .ifPresent(console::note);
  }

  /**
   * The notice, where the whole step of the run can be compiled.
   *
   * @param many whether several processes train together
   * @param gpu whether there is one; asked only where it matters, for it starts TensorFlow
   */
  static Optional<String> of(RunConfig config, boolean many, BooleanSupplier gpu) {
    boolean open =
        config.getRuntime().getXla() == Xla.LOOPS && config.getOptimizer().getAccumulation() <= 1;
    return open && !many && gpu.getAsBoolean()
        ? Optional.of(
            "On this GPU the step runs op by op. --set runtime.xla=WHOLE_STEP compiles it, which"
                + " was 2.8 times as fast for ViT-B/16 on an H100, and needs ptxas of CUDA 12.")
        : Optional.empty();
  }
}
