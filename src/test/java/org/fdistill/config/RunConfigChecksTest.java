package org.fdistill.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.fdistill.proto.Range;
import org.fdistill.proto.RangeProto;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.SwinV2Config;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.task.Tasks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunConfigChecksTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name=|name must be set, of letters, digits",
        "name=\"a b\"|found \"a b\"",
        "distill=|the config has no task; set exactly one of distill { }, classify { }",
        "distill.beta=0|distill.beta must be above 0 and at most 1000000, found 0" + " (--set)",
        "distill.teacher.normalization.mean=1,2|distill.teacher.normalization.mean needs 3 values"
            + " (red, green, blue), found 2",
        "distill.teacher.name=a/b|distill.teacher.name may have letters",
        "distill.teacher.architecture.vit.heads=5|distill.teacher.architecture.vit.width must be a"
            + " multiple of heads, found 768 and 5",
        "distill.teacher.architecture={}|distill.teacher.architecture has no architecture",
        "classify.classes=1|classify.classes must be from 2 to 16777216, found 1",
        "classify={}|classify.classes is not set",
        "classify={ classes: 3 label_smoothing: 1 }|classify.label_smoothing must be 0 or above and"
            + " below 1, found 1",
        "model=|model has no architecture; set one of vit { }, swin { }, swin_v2 { }",
        "model.drop_path=1|model.drop_path must be 0 or above and below 1",
        "model.vit.image_size=33|model.vit.image_size must be a multiple of patch_size, found 33"
            + " and 8",
        "model.vit.heads=3|model.vit.width must be a multiple of heads, found 64 and 3",
        "model.vit.heads=0|model.vit.heads must be from 1 to 1024, found 0",
        "model.vit.mlp_ratio=0.3|model.vit.mlp_ratio times width (64) must be a whole number",
        "model.vit.mlp_hidden=-1|model.vit.mlp_hidden must be from 0 to 1048576, found -1",
        "model.vit.register_tokens=-1|model.vit.register_tokens must be from 0 to 1024, found -1",
        "model.vit.register_tokens=4|model.vit.register_tokens must be 0 with a relative position"
            + " bias, whose table has no rows for registers, found 4; set relative_position_shared",
        "model.vit.absolute_position_kind=SIN_COS_MAE|model.vit.absolute_position_kind is"
            + " SIN_COS_MAE, but absolute_position is false",
        "model.vit.positioned_tokens=PATCHES|model.vit.positioned_tokens is PATCHES, but"
            + " absolute_position is false",
        "model.vit.final_norm=ON_POOLED|model.vit.final_norm is ON_POOLED, which needs a task on"
            + " the mean of the patches",
        "train_data.image_size=64|train_data.image_size must be the model's (model.vit.image_size"
            + " 32) or be left out, found 64",
        "train_data=|train_data is not set",
        "train_data.noise=|train_data has no source; set exactly one of tfrecord, image_folder",
        "train_data.tfrecord={}|train_data.tfrecord.path is empty; name the files",
        "train_data.image_folder={}|train_data.image_folder.path is empty; name the folder",
        "train_data.noise.examples=0|train_data.noise.examples must be from 1 to"
            + " 1000000000000, found 0",
        "train_data.order=BLOCKS|train_data.order BLOCKS is for tfrecord and tar",
        "train_data.batch_size=0|train_data.batch_size must be from 1 to 1048576, found 0",
        "train_data.normalization.std=1,0,1|train_data.normalization.std[1] must be above 0 and at"
            + " most 1000, found 0 (--set)",
        "train_data.augment.min_scale=2|train_data.augment.min_scale must be above 0 and at most 1,"
            + " found 2",
        "train_data.augment.random_erasing.min_area=0.5|train_data.augment.random_erasing.min_area"
            + " must not be above max_area, found 0.5 and",
        "train_data.augment.mixup={ mixup_alpha: 0 cutmix_alpha: 0 }|train_data.augment.mixup mixes"
            + " nothing",
        "train_data.segment_augment={}|train_data.segment_augment stands beside augment",
        "train_data.segment_augment.min_ratio=3|train_data.segment_augment.min_ratio must not be"
            + " above max_ratio, found 3.0 and 2.0",
        "train_data.segment_augment.photometric.min_contrast=2|"
            + "train_data.segment_augment.photometric.min_contrast must not be above max_contrast",
        "train_data.augment.max_scale=0.05|train_data.augment.min_scale must not be above"
            + " max_scale, found 0.08 and 0.05",
        "train_data.augment.max_ratio=0.5|train_data.augment.min_ratio must not be above max_ratio",
        "train_data.augment.flip_probability=1.5|flip_probability must be from 0 to 1, found 1.5",
        "train_data.eval_crop.crop_fraction=0|eval_crop.crop_fraction must be from 0.05 to 1",
        "train_data.max_bad_share=2|train_data.max_bad_share must be from 0 to 1, found 2",
        "train_data.prefetch_batches=0|train_data.prefetch_batches must be from 1 to 1024",
        "optimizer.accumulation=3|train_data.batch_size must be a multiple of"
            + " optimizer.accumulation (3), found 8 (small.txtpb:7)",
        "optimizer.accumulation=0|optimizer.accumulation must be from 1 to 1048576",
        "optimizer.clip_norm=-1|optimizer.clip_norm must be from 0 to 1000000000, found -1",
        "optimizer.adamw.beta2=1|optimizer.adamw.beta2 must be 0 or above and below 1",
        "schedule.length=|schedule.length is not set; set one of epochs, steps, examples",
        "schedule.length.epochs=0|schedule.length must be above 0, found 0",
        "schedule.length.percent=50|schedule.length cannot be in percent of itself",
        "schedule.warmup.epochs=2|schedule.warmup must be shorter than the run, found 2 epochs of"
            + " 2 epochs (--set)",
        "schedule.warmup.percent=100|schedule.warmup must be shorter than the run, found 100"
            + " percent of 100 percent",
        "schedule.min_learning_rate=1|schedule.min_learning_rate must not be above learning_rate"
            + " (3.0E-4), found 1",
        "schedule.warmup_learning_rate=0.1|schedule.warmup_learning_rate must not be above"
            + " learning_rate (3.0E-4), found 0.1",
        "schedule.learning_rate=1e999|schedule.learning_rate must be above 0 and at most 1000,"
            + " found Infinity",
        "log.every_steps=0|log.every_steps must be from 1 to",
        "checkpoint.keep_last=0|checkpoint.keep_last must be from 1 to 1000000",
        "runtime.intra_op_threads=-1|runtime.intra_op_threads must be from 0 to 1024, found -1",
        "train_data.decode_threads=2147483647|train_data.decode_threads must be from 0 to 1024,"
            + " found 2147483647",
        "model.vit.image_size=2147483647|model.vit.image_size must be from 1 to 16384",
        "model.vit={ image_size: 224 patch_size: 1 }|model.vit.patch_size gives 224 x 224 patches"
            + " of 1 pixels, more than the 128 x 128",
        "model.vit.layer_norm_epsilon=NaN|--set model.vit.layer_norm_epsilon",
        "train_data.image_folder.path=\"a\\0b\"|train_data.image_folder.path must be text, found"
            + " the control character U+0000",
      })
  void aBadValueNamesTheFieldAndTheRule(String override, String expected) {
    assertThat(message(RunConfigsTest.SMALL, override)).contains(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model.swin.depths=|model.swin.depths must be blocks of each of 1 to 8 stages, such as"
            + " [2, 2, 18, 2]; found []",
        "model.swin.depths=2,0,2|model.swin.depths[1] must be from 1 to 1024, found 0",
        "model.swin.heads=2,4|model.swin.heads must be heads of each stage, one for"
            + " each of depths [1, 2, 1]; found [2, 4]",
        "model.swin.heads=2,3,8|model.swin.heads must divide the width of each stage; stage 2 has"
            + " width 32 and 3 heads",
        "model.swin.mlp_ratio=0.3|model.swin.mlp_ratio times width (16) must be a whole number",
        "model.swin.window=0|model.swin.window must be from 1 to 64, found 0",
        "model.swin.image_size=50|model.swin.image_size must be a multiple of patch_size (4), found"
            + " 50; with patch_size 4, window 4 and 3 stages these would do: [32, 64]",
        "model.swin.image_size=80|model.swin.image_size 80 gives stage 2 a map of 10 x 10, which"
            + " windows of 4 x 4 do not divide; with patch_size 4, window 4 and 3 stages these"
            + " would do: [64, 128]",
        "model.swin.image_size=40|model.swin.image_size 40 gives stage 1 a map of 10 x 10",
        "model.swin.image_size=12|model.swin.image_size 12 gives stage 1 a map of 3 x 3, which"
            + " cannot be halved for the next stage",
        "train_data.image_size=32|train_data.image_size must be the model's (model.swin.image_size"
            + " 64) or be left out, found 32",
        "distill.targets=CLASS_TOKEN|distill.targets is CLASS_TOKEN, but model.swin has no class"
            + " token",
        "model.swin_v2={ image_size: 64 depths: 1 heads: 1 position_window: [1, 2]"
            + " }|model.swin_v2.position_window must be empty or have a side for each"
            + " of depths [1]; found [1, 2]",
        "model.swin_v2={ image_size: 64 depths: 1 heads: 1 branch_norm_scale: -1"
            + " }|model.swin_v2.branch_norm_scale must be from 0 to 1000, found -1",
        "model.swin_v2={ image_size: 64 depths: 1 heads: 1 main_norm_interval: -1"
            + " }|model.swin_v2.main_norm_interval must be from 0 to 1024, found -1",
      })
  void aBadSwinNamesTheFieldAndTheRule(String override, String expected) {
    String text =
        RunConfigsTest.SMALL
            .replaceAll(
                "vit \\{.*?}",
                "swin { image_size: 64 width: 16 window: 4 depths: [1, 2, 1] heads: [2, 4, 8] }")
            .replace("image_size: 32", "image_size: 64");
    assertThat(message(text, override)).contains(expected);
  }

  @Test
  void fixedPositionsNeedFourPartsOfTheWidthAndHaveNoneForRegisters() {
    String vit = "heads: 1 absolute_position: true absolute_position_kind: SIN_COS_MOCO_V3 ";
    String text = RunConfigsTest.SMALL.replace("heads: 2", vit);
    assertThat(message(text, "model.vit.width=66"))
        .contains(
            "model.vit.absolute_position_kind is SIN_COS_MOCO_V3, which needs a width that is a"
                + " multiple of 4, found 66");
    String registers = vit + "register_tokens: 2 relative_position_shared: false ";
    assertThat(
            message(
                RunConfigsTest.SMALL.replace("heads: 2", registers),
                "model.vit.positioned_tokens=EVERY_TOKEN"))
        .contains("model.vit.positioned_tokens is EVERY_TOKEN", "the 2 registers");
  }

  @Test
  void rotaryPositionsNeedFourPartsOfTheHeadsWidth() {
    String text =
        RunConfigsTest.SMALL.replace("heads: 2", "heads: 2 rotary_position: DINOV3 mlp_hidden: 8");
    Tasks.parse(text, "small.txtpb", List.of());
    assertThat(message(text, "model.vit.width=68"))
        .contains(
            "model.vit.rotary_position is DINOV3, which needs heads whose width is a multiple of 4,"
                + " found 34 (width 68, heads 2)");
  }

  @Test
  void separateNormsNeedTokensBesideThePatches() {
    String text = RunConfigsTest.SMALL.replace("heads: 2", "heads: 2 final_norm: SEPARATE");
    Tasks.parse(text, "small.txtpb", List.of());
    assertThat(message(text, "model.vit.class_token=false"))
        .contains("model.vit.final_norm is SEPARATE, but there is neither a class token nor a");
  }

  @Test
  void aGivenHiddenWidthNeedsNoRatio() {
    String text = RunConfigsTest.SMALL.replace("heads: 2", "heads: 2 mlp_hidden: 100");
    Tasks.parse(text, "small.txtpb", List.of("model.vit.mlp_ratio=0.3"));
  }

  @Test
  void aNormOnTheMeanServesTasksThatReadTheMean() {
    String text = RunConfigsTest.SMALL.replace("heads: 2", "heads: 2 final_norm: ON_POOLED");
    Tasks.parse(text, "small.txtpb", List.of("distill.targets=GAP"));
    Tasks.parse(text, "small.txtpb", List.of("classify={ classes: 3 }"));
    assertThat(message(text, "classify={ classes: 3 pooling: CLASS_TOKEN_POOLING }"))
        .contains("model.vit.final_norm is ON_POOLED");
  }

  @Test
  void allProblemsAreReportedWithTheirLines() {
    String text = RunConfigsTest.SMALL.replace("heads: 2", "heads: 0\n  depth: 0");
    text = text.replace("depth: 2 ", "");
    assertThat(message(text))
        .isEqualTo(
            """
            small.txtpb has 2 problems:
              model.vit.depth must be from 1 to 1024, found 0 (small.txtpb:4)
              model.vit.heads must be from 1 to 1024, found 0 (small.txtpb:3)\
            """);
    text = RunConfigsTest.SMALL.replace("heads: 2", "heads: 5").replace("batch_size: 8", "");
    assertThat(message(text, "model.vit.image_size=20"))
        .contains("has 3 problems", "width must be a multiple", "image_size must be a multiple");
  }

  /** Without a range a number can do what no test has tried. */
  @Test
  void everyNumberOfTheSchemaHasARange() {
    Set<Descriptor> seen = new LinkedHashSet<>();
    collect(RunConfig.getDescriptor(), seen);
    assertThat(seen).contains(TeacherConfig.getDescriptor(), SwinV2Config.getDescriptor());
    int numbers = 0;
    for (Descriptor message : seen) {
      for (FieldDescriptor field : message.getFields()) {
        if (RangeChecks.isNumber(field)) {
          numbers++;
          Range range = field.getOptions().getExtension(RangeProto.range);
          assertThat(range.hasMin() || range.hasAbove()).as(field.getFullName()).isTrue();
          boolean seed = field.getName().equals("seed");
          assertThat(range.hasMax() || range.hasBelow() || seed).as(field.getFullName()).isTrue();
          if (field.hasDefaultValue()) {
            double value = ((Number) field.getDefaultValue()).doubleValue();
            assertThat(RangeChecks.contains(range, value)).as(field.getFullName()).isTrue();
          }
        }
      }
    }
    assertThat(numbers).isGreaterThan(60);
  }

  private static void collect(Descriptor message, Set<Descriptor> seen) {
    if (seen.add(message)) {
      message.getFields().stream()
          .filter(field -> field.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
          .forEach(field -> collect(field.getMessageType(), seen));
    }
  }

  @Test
  void aValueOfAnyLengthIsRefusedInAFewLines() {
    String letters = "x".repeat(70_000);
    for (String override :
        List.of(
            "seed=" + letters,
            letters + "=1",
            letters,
            "name=\"" + letters,
            "name=\"" + letters + " \"",
            "distill.teacher.name=/" + letters,
            "train_data.normalization.mean=" + letters,
            "train_data.normalization.mean=" + "1,".repeat(70_000),
            "train_data.normalization.mean=\"" + letters,
            "train_data.normalization.mean=" + "-5000,".repeat(70_000),
            "train_data={ " + letters + ": 1 }",
            "runtime.precision=" + letters)) {
      assertThat(message(RunConfigsTest.SMALL, override)).hasSizeLessThan(6000);
    }
    String line = "seed: " + letters + " # " + letters;
    assertThat(message(line)).hasSizeLessThan(600).contains("small.txtpb:1:7: seed takes a whole");
  }

  @Test
  void theImageSizeIsTheModelsWhereItIsLeftOut() {
    String text = RunConfigsTest.SMALL.replace("  image_size: 32\n", "");
    RunConfig config = Tasks.parse(text, "small.txtpb", List.of("validation_data={ noise {} }"));
    assertThat(config.getTrainData().getImageSize()).isEqualTo(32);
    assertThat(config.getValidationData().getImageSize()).isEqualTo(32);
    assertThat(message(text, "validation_data={ noise {} image_size: 48 }"))
        .contains("validation_data.image_size must be the model's (model.vit.image_size 32)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "normalization { mean: [0, 0, 0] std: [1, -1, 1] }|normalization.std[1] must be above 0 and"
            + " at most 1000, found -1 (",
        "normalization { mean: [0, 0, 0] std: [1, nan, 1] }|normalization.std[1] must be above 0",
        "normalization { mean: [0, 0] }|normalization.mean needs 3 values",
        "image_size: -1|image_size must be from 0 to 16384, found -1 (",
        "prefix_tokens: -1|prefix_tokens must be from 0 to 1024, found -1 (",
        "name: \"a/b\"|name may have letters, digits and _ . - only, found a/b (",
        "architecture { vit { heads: 5 } }|architecture.vit.width must be a multiple of heads",
      })
  void aTeachersOwnFileIsCheckedAsAConfigIs(String text, String expected, @TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("teacher.txtpb"), text);
    assertThatThrownBy(() -> RunConfigs.teacher(TeacherConfig.getDefaultInstance(), file))
        .isInstanceOfSatisfying(
            UserError.class, e -> assertThat(e.kind()).isEqualTo(UserError.Kind.INPUT))
        .hasMessageContaining(file + " has a problem:\n  " + expected);
  }

  @Test
  void aCompiledStepDoesNotAccumulate() {
    assertThat(message(RunConfigsTest.SMALL, "optimizer.accumulation=2", "runtime.xla=WHOLE_STEP"))
        .contains("runtime.xla is WHOLE_STEP", "optimizer.accumulation is 2", "set accumulation");
  }

  @Test
  void classTokenTargetsNeedAClassToken() {
    String text = RunConfigsTest.SMALL.replace("heads: 2", "heads: 2 class_token: false");
    assertThat(message(text, "distill.targets=CLASS_TOKEN"))
        .contains("distill.targets is CLASS_TOKEN, but model.vit.class_token is false");
    assertThat(message(text, "classify={ classes: 3 pooling: CLASS_TOKEN_POOLING }"))
        .contains("classify.pooling is CLASS_TOKEN_POOLING, but model.vit.class_token is false");
  }

  @Test
  void heldOutImagesAreNotAugmented() {
    String data = "validation_data={ noise {} image_size: 32 augment {} }";
    assertThat(message(RunConfigsTest.SMALL, data))
        .contains("validation_data.augment is set, but held-out images are not augmented");
  }

  private static String message(String text, String... overrides) {
    Throwable thrown = catchThrowable(() -> Tasks.parse(text, "small.txtpb", List.of(overrides)));
    assertThat(thrown).isInstanceOf(UserError.class);
    return thrown.getMessage();
  }
}
