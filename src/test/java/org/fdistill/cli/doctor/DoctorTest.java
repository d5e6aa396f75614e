package org.fdistill.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.fdistill.graph.CpuInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
  @TempDir Path folder;

  @Test
  void thisMachineTrains() {
    List<Finding> findings = new Machine().findings();
    assertThat(findings).noneMatch(Finding::fatal);
    assertThat(findings)
        .extracting(Finding::topic)
        .containsExactly(
            "Java", "System", "CPU", "Memory", "Disk here", "Disk of natives", "Threads");
  }

  @Test
  void tensorFlowLoadsAndSeesACpu() {
    List<Finding> findings = Runtimes.findings();
    assertThat(findings).hasSize(3).noneMatch(Finding::fatal);
    assertThat(findings.get(0).state()).matches("2\\.18\\.\\d+, loaded in [\\d.]+ s");
    assertThat(findings.get(1).state()).contains("CPU:0");
  }

  @Test
  void theCpusInstructionsAreFound() throws IOException {
    Path info = folder.resolve("cpuinfo");
    Files.writeString(info, "model name\t: Old One\nflags\t\t: fpu sse4_2 avx\n");
    Finding old = new Machine(CpuInfo.read(info), Map.of()).cpu();
    assertThat(old.state()).startsWith("Old One, ").endsWith("no vector instructions known");
    assertThat(old.verdict()).isEqualTo("note");
    Files.writeString(info, "model name\t: New One\nflags\t\t: fpu avx2 fma avx512_bf16\n");
    Finding recent = new Machine(CpuInfo.read(info), Map.of()).cpu();
    assertThat(recent.state()).endsWith("avx2 fma avx512_bf16");
    assertThat(recent.verdict()).isEqualTo("ok");
    assertThat(new Machine(CpuInfo.read(folder.resolve("none")), Map.of()).cpu().verdict())
        .isEqualTo("ok");
  }

  @Test
  void threadLimitsInTheEnvironmentAreShown() {
    Finding limited = new Machine(CpuInfo.read(folder), Map.of("OMP_NUM_THREADS", "1")).threads();
    assertThat(limited.state()).isEqualTo("OMP_NUM_THREADS=1");
    assertThat(limited.advice()).contains("limit TensorFlow's threads");
    assertThat(new Machine(CpuInfo.read(folder), Map.of()).threads().advice()).isEmpty();
  }

  @Test
  void otherSystemsAreRefused() {
    assertThat(Machine.system("Mac OS X", "aarch64").verdict()).isEqualTo("FAIL");
    assertThat(Machine.system("Linux", "aarch64").fatal()).isTrue();
    assertThat(Machine.system("Linux", "amd64").fatal()).isFalse();
  }

  @Test
  void theGpusAdviceFollowsFromDriverBuildAndDevice() {
    assertThat(Runtimes.gpu("", false, false).advice()).isEmpty();
    assertThat(Runtimes.gpu("535.1", true, true).advice()).isEmpty();
    assertThat(Runtimes.gpu("535.1", false, false).advice())
        .isEqualTo("FDISTILL_MAVEN_ARGS=-Pgpu builds for the GPU");
    assertThat(Runtimes.gpu("535.1", true, false).advice()).contains("sees no GPU");
    assertThat(Runtimes.gpu("", true, false).advice()).contains("install the NVIDIA driver");
  }

  @Test
  void theDriversVersionIsRead() throws IOException {
    Path report = folder.resolve("version");
    Files.writeString(
        report, "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 2023\n");
    assertThat(Runtimes.driver(report)).isEqualTo("535.104.05");
    assertThat(Runtimes.driver(folder.resolve("none"))).isEmpty();
  }
}
