package org.fdistill.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fdistill.proto.Interpolation;
import org.fdistill.proto.Normalization;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.task.Tasks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunConfigsTest {
  static final String SMALL =
      """
      name: "small"
      distill { teacher { path: "savedmodels/teacher" } }
      model { vit { image_size: 32 patch_size: 8 width: 64 depth: 2 heads: 2 } }
      train_data {
        noise { examples: 64 classes: 4 }
        image_size: 32
        batch_size: 8
        augment {}
      }
      schedule { length { epochs: 2 } warmup { percent: 10 } }
      """;

  @Test
  void everyDefaultIsSpeltOut() {
    RunConfig config = RunConfigs.parse(SMALL, "small.txtpb", List.of());
    assertThat(config.getOptimizer().getAdamw().hasBeta2()).isTrue();
    assertThat(config.getOptimizer().getAdamw().getBeta2()).isEqualTo(0.999f);
    assertThat(config.getRuntime().hasPrecision()).isTrue();
    assertThat(config.getTrainData().getAugment().hasMinScale()).isTrue();
    assertThat(config.getTrainData().getNormalization().getMeanList())
        .containsExactly(0.485f, 0.456f, 0.406f);
    assertThat(config.getTrainData().getEvalCrop().getInterpolation())
        .isEqualTo(Interpolation.BICUBIC);
  }

  @Test
  void whatIsOptionalAsAWholeStaysAbsent() {
    String text = SMALL.replace("augment {}", "");
    RunConfig config = RunConfigs.parse(text, "small.txtpb", List.of("schedule.warmup="));
    assertThat(config.getTrainData().hasAugment()).isFalse();
    assertThat(config.hasValidationData()).isFalse();
    assertThat(config.getSchedule().hasWarmup()).isFalse();
  }

  @Test
  void aTeacherStaysAsItIsUntilItsDescriptionIsMerged() {
    TeacherConfig teacher =
        RunConfigs.parse(SMALL, "small.txtpb", List.of()).getDistill().getTeacher(0);
    assertThat(teacher.hasPrefixTokens()).isFalse();
    TeacherConfig effective = RunConfigs.teacher(teacher);
    assertThat(effective.hasPrefixTokens()).isTrue();
    assertThat(effective.getNormalization())
        .isEqualTo(
            Normalization.newBuilder()
                .addAllMean(List.of(0.485f, 0.456f, 0.406f))
                .addAllStd(List.of(0.229f, 0.224f, 0.225f))
                .build());
  }

  @Test
  void aWrittenConfigLoadsAgainToTheSame(@TempDir Path folder) throws IOException {
    RunConfig config =
        RunConfigs.parse(SMALL, "small.txtpb", List.of("export.note=\"Größe \\\"x\\\"\""));
    Path file = folder.resolve("config.txtpb");
    RunConfigs.write(file, config);
    assertThat(Tasks.load(file, List.of())).isEqualTo(config);
    assertThat(config.getExport().getNote()).isEqualTo("Größe \"x\"");
    assertThat(file).content().contains("weight_decay: 0.05", "Größe");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aMissingFileNamesTheNearest(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("clip_b_100ep.txtpb"), SMALL);
    Path wrong = folder.resolve("clip_b_10ep.txtpb");
    assertThatThrownBy(() -> Tasks.load(wrong, List.of()))
        .isInstanceOfSatisfying(
            UserError.class, e -> assertThat(e.kind()).isEqualTo(UserError.Kind.INPUT))
        .hasMessageContaining("config " + wrong + " not found (looked in " + folder + ")")
        .hasMessageContaining("Did you mean 'clip_b_100ep.txtpb'?");
  }

  @Test
  void aFolderInsteadOfAFileListsItsConfigs(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("a.txtpb"), SMALL);
    assertThatThrownBy(() -> Tasks.load(folder, List.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is a folder; name a file in it. The configs there: a.txtpb");
  }

  @Test
  void aByteOrderMarkIsNoPartOfTheText(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("x.txtpb"), "\ufeff" + SMALL);
    assertThat(Tasks.load(file, List.of()))
        .isEqualTo(RunConfigs.parse(SMALL, "small.txtpb", List.of()));
  }

  @Test
  void aBinaryFileIsNotAConfig(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("x.txtpb"), new byte[] {(byte) 0xff, (byte) 0xd8, 0});
    assertThatThrownBy(() -> Tasks.load(file, List.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is not text");
  }
}
