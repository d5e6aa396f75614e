package org.fdistill.cli;

import java.util.List;
import org.bytedeco.javacpp.Loader;

/**
 * Loads the CUDA libraries of the {@code gpu} build before TensorFlow asks the system for them by
 * name, so that a machine needs no CUDA of its own, only the driver.
 */
final class CudaLibraries {
  private static final String PRESETS = "org.bytedeco.cuda.global.";
  private static final List<String> NAMES =
      List.of("cudart", "cublas", "cufft", "cusparse", "cusolver", "cupti", "cudnn");

  private CudaLibraries() {}

  /** Loads those that are on the class path: all of them in the {@code gpu} build, else none. */
  static void load() {
    for (String name : NAMES) {
      try {
        Loader.load(Class.forName(PRESETS + name, false, CudaLibraries.class.getClassLoader()));
      } catch (ClassNotFoundException notInThisBuild) {
        // The build for CPUs.
      } catch (UnsatisfiedLinkError noDriver) {
        // TensorFlow then runs on the CPU; doctor says what is missing.
      }
    }
  }
}
