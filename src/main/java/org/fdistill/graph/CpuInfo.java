package org.fdistill.graph;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * What Linux says of the processor.
 *
 * @param model its name; empty where it is not known
 * @param flags instructions and the like, such as avx2 or amx_bf16; empty where they are not known
 */
public record CpuInfo(String model, Set<String> flags) {
  /** Products of bfloat16 tiles, Intel's AMX. */
  public static final String AMX = "amx_bf16";

  private static final CpuInfo THIS_MACHINE = read(Path.of("/proc/cpuinfo"));

  /** The processor of this machine. */
  public static CpuInfo ofThisMachine() {
    return THIS_MACHINE;
  }

  /** Reads a file like /proc/cpuinfo; one that cannot be read says nothing. */
  public static CpuInfo read(Path file) {
    List<String> lines = lines(file);
    String flags = field(lines, "flags");
    return new CpuInfo(
        field(lines, "model name"),
        flags.isEmpty() ? Set.of() : Set.copyOf(Arrays.asList(flags.split(" ", -1))));
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }

  private static String field(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("");
  }
}
