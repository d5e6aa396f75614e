package org.fdistill.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.fdistill.optim.schedule.WarmupCosine;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.SwinV2Config;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.proto.VitConfig;
import org.fdistill.task.Tasks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ShippedConfigsTest {
  private static final Path CONFIGS = Path.of("configs");
  private static final long IMAGENET = 1_281_167;

  static List<Path> configs() throws IOException {
    try (Stream<Path> files = Files.walk(CONFIGS)) {
      return files.filter(file -> file.toString().endsWith(".txtpb")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("configs")
  void everyConfigLoadsAndKeepsItsValuesWhenWritten(Path file, @TempDir Path folder)
      throws IOException {
    RunConfig config = Tasks.load(file, List.of());
    Path copy = folder.resolve("config.txtpb");
    RunConfigs.write(copy, config);
    assertThat(Tasks.load(copy, List.of())).isEqualTo(config);
  }

  @ParameterizedTest
  @MethodSource("configs")
  void everyConfigSaysHowToRunItAndIsInTheTable(Path file) throws IOException {
    assertThat(file).content().contains("# Command   ./fdistill ", "# Expected  ", "# Hardware  ");
    String name = CONFIGS.relativize(file).toString().replace(".txtpb", "");
    assertThat(CONFIGS.resolve("README.md")).content().contains("| `" + name + "` |");
  }

  /** Values of the configs in the authors' implementation. */
  @ParameterizedTest
  @CsvSource({
    "clip_b_100ep, 0.1, 0.67, 62500, 768, 12, 12, 16",
    "clip_b_300ep, 0.2, 0.08, 187500, 768, 12, 12, 16",
    "clip_l_300ep, 0.3, 0.08, 187500, 1024, 24, 16, 14",
    "dino_b_300ep, 0.3, 0.08, 187500, 768, 12, 12, 16",
    "deit_b_300ep, 0.3, 0.08, 187500, 768, 12, 12, 16",
  })
  void theFiveRunsHaveTheReferencesValues(
      String name,
      float drop,
      float scale,
      long steps,
      int width,
      int depth,
      int heads,
      int patch) {
    RunConfig config = Tasks.load(CONFIGS.resolve("distill/" + name + ".txtpb"), List.of());
    VitConfig vit = config.getModel().getVit();
    assertThat(config.getModel().getDropPath()).isEqualTo(drop);
    assertThat(config.getTrainData().getAugment().getMinScale()).isEqualTo(scale);
    assertThat(List.of(vit.getWidth(), vit.getDepth(), vit.getHeads(), vit.getPatchSize()))
        .containsExactly(width, depth, heads, patch);
    assertThat(config.getOptimizer().getClipNorm()).isEqualTo(3);
    assertThat(config.getDistill().getBeta()).isEqualTo(2);
    int batch = config.getTrainData().getBatchSize();
    RunLength length = RunLength.of(config.getSchedule(), IMAGENET, batch);
    assertThat(length).isEqualTo(new RunLength(625, steps, 6250));
    WarmupCosine schedule =
        WarmupCosine.of(config.getSchedule(), length.warmupSteps(), length.totalSteps(), batch);
    // Rounding of one product of doubles.
    assertThat(schedule.start()).isCloseTo(2e-6, within(1e-20));
    assertThat(schedule.peak()).isCloseTo(1.2e-3, within(1e-17));
    assertThat(schedule.end()).isCloseTo(2e-5, within(1e-19));
  }

  @Test
  void theSwinRunHasTheReferencesValues() {
    Path file = CONFIGS.resolve("distill/esvit_swin_b_300ep.txtpb");
    RunConfig config = Tasks.load(file, List.of());
    SwinV2Config swin = config.getModel().getSwinV2();
    assertThat(swin.getDepthsList()).containsExactly(2, 2, 18, 2);
    assertThat(swin.getHeadsList()).containsExactly(4, 8, 16, 32);
    assertThat(List.of(swin.getWidth(), swin.getPatchSize(), swin.getWindow()))
        .containsExactly(128, 4, 14);
    assertThat(config.getModel().getDropPath()).isEqualTo(0.3f);
    assertThat(config.getTrainData().getAugment().getMinScale()).isEqualTo(0.08f);
    int batch = config.getTrainData().getBatchSize();
    WarmupCosine schedule = WarmupCosine.of(config.getSchedule(), 6250, 187_500, batch);
    // Rounding of one product of doubles.
    assertThat(schedule.start()).isCloseTo(4e-6, within(1e-20));
    assertThat(schedule.peak()).isCloseTo(8e-4, within(1e-17));
    assertThat(schedule.end()).isCloseTo(4e-5, within(1e-19));
  }

  /**
   * An imported teacher normalises inside, as its teacher.txtpb says; the student sees ImageNet's.
   */
  @ParameterizedTest
  @MethodSource("distillations")
  void importedTeachersDescribeTheirInputThemselves(Path file) throws IOException {
    TeacherConfig teacher =
        TextProtos.read(file, RunConfig.getDefaultInstance()).getDistill().getTeacher(0);
    assertThat(teacher.hasPath()).isTrue();
    assertThat(teacher.hasInputRange() || teacher.hasNormalization()).isFalse();
    assertThat(Tasks.load(file, List.of()).getTrainData().getNormalization().getMeanList())
        .containsExactly(0.485f, 0.456f, 0.406f);
  }

  static List<Path> distillations() throws IOException {
    try (Stream<Path> files = Files.list(CONFIGS.resolve("distill"))) {
      return files.sorted().toList();
    }
  }
}
