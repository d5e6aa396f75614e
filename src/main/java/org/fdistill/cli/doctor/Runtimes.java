package org.fdistill.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.tensorflow.TensorFlow;
import org.tensorflow.internal.c_api.TFE_Context;
import org.tensorflow.internal.c_api.TFE_ContextOptions;
import org.tensorflow.internal.c_api.TF_DeviceList;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;

/** Looks at TensorFlow and the GPU: whether its libraries load and which devices they see. */
public final class Runtimes {
  private static final Path DRIVER = Path.of("/proc/driver/nvidia/version");
  private static final String GPU_BUILD =
      "/org/tensorflow/internal/c_api/linux-x86_64-gpu/libtensorflow_cc.so.2";

  private Runtimes() {}

  /** TensorFlow, its devices, and the GPU. */
  public static List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    try {
      long start = System.nanoTime();
      String version = TensorFlow.version();
      findings.add(
          Finding.good(
              "TensorFlow",
              String.format("%s, loaded in %.1f s", version, (System.nanoTime() - start) / 1e9)));
    } catch (LinkageError e) {
      findings.add(
          Finding.fatal(
              "TensorFlow",
              "does not load: " + e.getMessage(),
              "delete ~/.javacpp/cache and try again; it needs 1 GB of disk and glibc 2.17"));
      return findings;
    }
    List<String> devices = devices();
    findings.add(Finding.good("Devices", String.join(", ", devices)));
    boolean gpu = devices.stream().anyMatch(device -> device.startsWith("GPU"));
    boolean build = gpu || Runtimes.class.getResource(GPU_BUILD) != null;
    findings.add(gpu(driver(DRIVER), build, gpu));
    return findings;
  }

  /** Joins what is known of the GPU into advice. */
  static Finding gpu(String driver, boolean build, boolean device) {
    String state =
        (driver.isEmpty() ? "no NVIDIA driver" : "driver " + driver)
            + (build ? ", GPU build" : ", CPU build");
    if (device || (driver.isEmpty() && !build)) {
      return Finding.good("GPU", state);
    }
    if (driver.isEmpty()) {
      return Finding.advice("GPU", state, "install the NVIDIA driver, or build without -Pgpu");
    }
    return build
        ? Finding.advice("GPU", state, "TensorFlow sees no GPU; TF_CPP_MIN_LOG_LEVEL=0 says why")
        : Finding.advice("GPU", state, "FDISTILL_MAVEN_ARGS=-Pgpu builds for the GPU");
  }

  /** The version in the driver's own report, such as 535.104.05; empty without a driver. */
  static String driver(Path report) {
    try {
      String text = Files.readString(report);
      Matcher version = Pattern.compile("\\b\\d{3}\\.[\\d.]+\\d\\b").matcher(text);
      return version.find() ? version.group() : "of unknown version";
    } catch (IOException e) {
      return "";
    }
  }

  /** Devices as TensorFlow sees them, such as {@code CPU:0}. */
  private static List<String> devices() {
    try (PointerScope scope = new PointerScope()) {
      TF_Status status = TF_Status.newStatus();
      scope.attach(status);
      TFE_ContextOptions options = TFE_ContextOptions.newContextOptions();
      TFE_Context context = TFE_Context.newContext(options, status);
      status.throwExceptionIfNotOK();
      TF_DeviceList list = tensorflow.TFE_ContextListDevices(context, status);
      status.throwExceptionIfNotOK();
      List<String> names = new ArrayList<>();
      for (int i = 0; i < tensorflow.TF_DeviceListCount(list); i++) {
        BytePointer name = tensorflow.TF_DeviceListName(list, i, status);
        names.add(name.getString());
      }
      tensorflow.TF_DeleteDeviceList(list);
      return names.stream()
          .map(name -> name.replaceFirst(".*device:", ""))
          .collect(Collectors.toList());
    }
  }
}
