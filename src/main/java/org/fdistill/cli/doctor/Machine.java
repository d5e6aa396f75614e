package org.fdistill.cli.doctor;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.fdistill.files.FileTrouble;
import org.fdistill.graph.CpuInfo;

/** Looks at Java and the machine: what TensorFlow runs on. */
public final class Machine {
  private static final int JAVA = 17;
  private static final long GIB = 1L << 30;
  private static final long LITTLE_MEMORY = 4 * GIB;
  private static final long LITTLE_DISK = 2 * GIB;

  /** Instructions that TensorFlow's matrix products gain from, as /proc/cpuinfo names them. */
  private static final List<String> INSTRUCTIONS =
      List.of("avx2", "fma", "avx512f", "avx512_bf16", CpuInfo.AMX);

  private static final List<String> THREAD_SETTINGS =
      List.of("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS");

  private final CpuInfo cpu;
  private final Map<String, String> environment;

  /** The machine of this process. */
  public Machine() {
    this(CpuInfo.ofThisMachine(), System.getenv());
  }

  Machine(CpuInfo cpu, Map<String, String> environment) {
    this.cpu = cpu;
    this.environment = Map.copyOf(environment);
  }

  /** Java, system, CPU, memory, disk and threads. */
  public List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    findings.add(java());
    findings.add(system(System.getProperty("os.name"), System.getProperty("os.arch")));
    findings.add(cpu());
    findings.add(memory());
    findings.add(disk("Disk here", Path.of("").toAbsolutePath()));
    findings.add(disk("Disk of natives", nativesCache()));
    findings.add(threads());
    return findings;
  }

  private static Finding java() {
    String state =
        String.format(
            "%s (%s), heap up to %s",
            Runtime.version(),
            System.getProperty("java.vendor"),
            size(Runtime.getRuntime().maxMemory()));
    return Runtime.version().feature() >= JAVA
        ? Finding.good("Java", state)
        : Finding.fatal("Java", state, "Java " + JAVA + " or newer is needed");
  }

  static Finding system(String name, String architecture) {
    String state = name + " " + System.getProperty("os.version") + " " + architecture;
    return name.equals("Linux") && Set.of("amd64", "x86_64").contains(architecture)
        ? Finding.good("System", state)
        : Finding.fatal("System", state, "the build takes TensorFlow for Linux on x86_64");
  }

  Finding cpu() {
    String instructions =
        INSTRUCTIONS.stream().filter(cpu.flags()::contains).collect(Collectors.joining(" "));
    String state =
        String.format(
            "%s, %d cores, %s",
            cpu.model().isEmpty() ? "unknown model" : cpu.model(),
            Runtime.getRuntime().availableProcessors(),
            instructions.isEmpty() ? "no vector instructions known" : instructions);
    return cpu.flags().contains("avx2") || cpu.flags().isEmpty()
        ? Finding.good("CPU", state)
        : Finding.advice("CPU", state, "without AVX2 training is several times slower");
  }

  private static Finding memory() {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    String state =
        size(system.getTotalMemorySize()) + ", " + size(system.getFreeMemorySize()) + " free";
    return system.getTotalMemorySize() >= LITTLE_MEMORY
        ? Finding.good("Memory", state)
        : Finding.advice("Memory", state, "small models and batches only");
  }

  private static Finding disk(String topic, Path folder) {
    Path existing = folder;
    while (existing.getParent() != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    try {
      long free = Files.getFileStore(existing).getUsableSpace();
      String state = size(free) + " free in " + folder;
      return free >= LITTLE_DISK
          ? Finding.good(topic, state)
          : Finding.advice(topic, state, "checkpoints and TensorFlow's libraries need more");
    } catch (IOException e) {
      return Finding.advice(topic, folder + " cannot be asked", FileTrouble.of(e).reason());
    }
  }

  /** Where JavaCPP unpacks TensorFlow's libraries on the first run. */
  private static Path nativesCache() {
    String set = System.getProperty("org.bytedeco.javacpp.cachedir");
    return set == null
        ? Path.of(System.getProperty("user.home"), ".javacpp", "cache")
        : Path.of(set);
  }

  Finding threads() {
    String settings =
        Stream.concat(THREAD_SETTINGS.stream(), Stream.of("GLIBC_TUNABLES"))
            .filter(environment::containsKey)
            .map(name -> name + "=" + environment.get(name))
            .collect(Collectors.joining(" "));
    boolean limited = THREAD_SETTINGS.stream().anyMatch(environment::containsKey);
    String state = settings.isEmpty() ? "nothing set in the environment" : settings;
    return limited
        ? Finding.advice("Threads", state, "set by you: they limit TensorFlow's threads")
        : Finding.good("Threads", state);
  }

  static String size(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) GIB);
  }
}
