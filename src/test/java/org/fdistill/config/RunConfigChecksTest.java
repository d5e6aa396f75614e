package org.fdistill.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.List;
import org.fdistill.task.Tasks;
import org.junit.jupiter.api.Test;
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
        "distill.beta=0|distill.beta must be above 0, found 0 (--set)",
        "distill.teacher.normalization.mean=1,2|distill.teacher.normalization.mean needs 3 values"
            + " (red, green, blue), found 2",
        "distill.teacher.name=a/b|distill.teacher.name may have letters",
        "distill.teacher.architecture.vit.heads=5|distill.teacher.architecture.vit.width must be a"
            + " multiple of heads, found 768 and 5",
        "distill.teacher.architecture={}|distill.teacher.architecture has no architecture",
        "classify.classes=1|classify.classes must be 2 or more, found 1",
        "classify={ classes: 3 label_smoothing: 1 }|classify.label_smoothing must be 0 or above and"
            + " below 1, found 1",
        "model=|model has no architecture; set one of vit { }, swin { }, swin_v2 { }",
        "model.drop_path=1|model.drop_path must be 0 or above and below 1",
        "model.vit.image_size=33|model.vit.image_size must be a multiple of patch_size, found 33"
            + " and 8",
        "model.vit.heads=3|model.vit.width must be a multiple of heads, found 64 and 3",
        "model.vit.heads=0|model.vit.heads must be above 0, found 0",
        "model.vit.mlp_ratio=0.3|model.vit.mlp_ratio times width (64) must be a whole number",
        "model.vit.mlp_hidden=-1|model.vit.mlp_hidden must be 0 or above, found -1",
        "model.vit.register_tokens=-1|model.vit.register_tokens must be 0 or above, found -1",
        "model.vit.register_tokens=4|model.vit.register_tokens must be 0 with a relative position"
            + " bias, whose table has no rows for registers, found 4; set relative_position_shared",
        "model.vit.absolute_position_kind=SIN_COS_MAE|model.vit.absolute_position_kind is"
            + " SIN_COS_MAE, but absolute_position is false",
        "model.vit.positioned_tokens=PATCHES|model.vit.positioned_tokens is PATCHES, but"
            + " absolute_position is false",
        "model.vit.final_norm=ON_POOLED|model.vit.final_norm is ON_POOLED, which needs a task on the"
            + " mean of the patches",
        "train_data.image_size=64|train_data.image_size must be the model's (model.vit.image_size"
            + " 32), found 64",
        "train_data=|train_data is not set",
        "train_data.noise=|train_data has no source; set exactly one of tfrecord, image_folder",
        "train_data.tfrecord={}|train_data.tfrecord.path is empty; name the files",
        "train_data.image_folder={}|train_data.image_folder.path is empty; name the folder",
        "train_data.noise.examples=0|train_data.noise.examples must be above 0, found 0",
        "train_data.batch_size=0|train_data.batch_size must be above 0, found 0",
        "train_data.normalization.std=1,0,1|train_data.normalization.std must be above 0",
        "train_data.augment.min_scale=2|train_data.augment needs 0 < min_scale <= max_scale <= 1,"
            + " found min_scale 2.0 and max_scale 1.0",
        "train_data.augment.max_ratio=0.5|train_data.augment needs 0 < min_ratio <= max_ratio",
        "train_data.augment.flip_probability=1.5|flip_probability must be from 0 to 1, found 1.5",
        "train_data.eval_crop.crop_fraction=0|eval_crop.crop_fraction must be above 0 and at most",
        "train_data.max_bad_share=2|train_data.max_bad_share must be from 0 to 1, found 2",
        "train_data.prefetch_batches=0|train_data.prefetch_batches must be above 0",
        "optimizer.accumulation=3|train_data.batch_size must be a multiple of"
            + " optimizer.accumulation (3), found 8 (small.txtpb:7)",
        "optimizer.accumulation=0|optimizer.accumulation must be above 0",
        "optimizer.clip_norm=-1|optimizer.clip_norm must be 0 or above, found -1",
        "optimizer.adamw.beta2=1|optimizer.adamw.beta2 must be 0 or above and below 1",
        "schedule.length=|schedule.length is not set; set one of epochs, steps, examples",
        "schedule.length.epochs=0|schedule.length must be above 0, found 0",
        "schedule.length.percent=50|schedule.length cannot be in percent of itself",
        "schedule.warmup.epochs=2|schedule.warmup must be shorter than the run, found 2 epochs of"
            + " 2 epochs (--set)",
        "schedule.warmup.percent=100|schedule.warmup must be shorter than the run, found 100"
            + " percent of 100 percent",
        "schedule.min_learning_rate=1|schedule.min_learning_rate must not be above learning_rate"
            + " (3.0E-4), found 1.0",
        "schedule.learning_rate=1e999|schedule.learning_rate must be above 0, found Infinity",
        "log.every_steps=0|log.every_steps must be above 0",
        "checkpoint.keep_last=0|checkpoint.keep_last must be above 0",
        "runtime.intra_op_threads=-1|runtime.intra_op_threads must be 0 or above, found -1",
      })
  void aBadValueNamesTheFieldAndTheRule(String override, String expected) {
    assertThat(message(RunConfigsTest.SMALL, override)).contains(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model.swin.depths=|model.swin.depths must be blocks of each stage, all above 0, such as"
            + " [2, 2, 18, 2]; found []",
        "model.swin.depths=2,0,2|model.swin.depths must be blocks of each stage",
        "model.swin.heads=2,4|model.swin.heads must be heads of each stage, all above 0, one for"
            + " each of depths [1, 2, 1]; found [2, 4]",
        "model.swin.heads=2,3,8|model.swin.heads must divide the width of each stage; stage 2 has"
            + " width 32 and 3 heads",
        "model.swin.mlp_ratio=0.3|model.swin.mlp_ratio times width (16) must be a whole number",
        "model.swin.window=0|model.swin.window must be above 0, found 0",
        "model.swin.image_size=50|model.swin.image_size must be a multiple of patch_size (4), found"
            + " 50; with patch_size 4, window 4 and 3 stages these would do: [32, 64]",
        "model.swin.image_size=80|model.swin.image_size 80 gives stage 2 a map of 10 x 10, which"
            + " windows of 4 x 4 do not divide; with patch_size 4, window 4 and 3 stages these would"
            + " do: [64, 128]",
        "model.swin.image_size=40|model.swin.image_size 40 gives stage 1 a map of 10 x 10",
        "model.swin.image_size=12|model.swin.image_size 12 gives stage 1 a map of 3 x 3, which"
            + " cannot be halved for the next stage",
        "train_data.image_size=32|train_data.image_size must be the model's (model.swin.image_size"
            + " 64), found 32",
        "distill.targets=CLASS_TOKEN|distill.targets is CLASS_TOKEN, but model.swin has no class"
            + " token",
        "model.swin_v2={ image_size: 64 depths: 1 heads: 1 position_window: [1, 2]"
            + " }|model.swin_v2.position_window must be empty or have a side, 0 or above, for each"
            + " of depths [1]; found [1, 2]",
        "model.swin_v2={ image_size: 64 depths: 1 heads: 1 branch_norm_scale: -1"
            + " }|model.swin_v2.branch_norm_scale must be 0 or above, found -1",
        "model.swin_v2={ image_size: 64 depths: 1 heads: 1 main_norm_interval: -1"
            + " }|model.swin_v2.main_norm_interval must be 0 or above, found -1",
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
    String text = RunConfigsTest.SMALL.replace("heads: 2", "heads: 5\n  depth: 0");
    text = text.replace("depth: 2 ", "");
    assertThat(message(text))
        .isEqualTo(
            """
            small.txtpb has 2 problems:
              model.vit.depth must be above 0, found 0 (small.txtpb:4)
              model.vit.width must be a multiple of heads, found 64 and 5 (small.txtpb:3)""");
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
    Throwable thrown =
        catchThrowable(() -> Tasks.parse(text, "small.txtpb", List.of(overrides)));
    assertThat(thrown).isInstanceOf(UserError.class);
    return thrown.getMessage();
  }
}
