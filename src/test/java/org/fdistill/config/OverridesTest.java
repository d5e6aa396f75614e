package org.fdistill.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.DistillTask;
import org.fdistill.proto.Duration;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.RuntimeConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverridesTest {
  @Test
  void scalarsOfEveryKindAreSet() {
    RunConfig config =
        apply(
            "seed=18446744073709551615",
            "log.tensorboard=false",
            "schedule.learning_rate=1e-3",
            "optimizer.adamw.beta1=.8",
            "train_data.batch_size=16",
            "runtime.precision=bfloat16",
            "name=my-run",
            "export.note=\"with spaces, and a comma\"");
    assertThat(Long.toUnsignedString(config.getSeed())).isEqualTo("18446744073709551615");
    assertThat(config.getLog().getTensorboard()).isFalse();
    assertThat(config.getSchedule().getLearningRate()).isEqualTo(1e-3);
    assertThat(config.getOptimizer().getAdamw().getBeta1()).isEqualTo(0.8f);
    assertThat(config.getTrainData().getBatchSize()).isEqualTo(16);
    assertThat(config.getRuntime().getPrecision()).isEqualTo(RuntimeConfig.Precision.BFLOAT16);
    assertThat(config.getName()).isEqualTo("my-run");
    assertThat(config.getExport().getNote()).isEqualTo("with spaces, and a comma");
  }

  @Test
  void anotherMemberOfAOneofTakesOver() {
    RunConfig config = apply("schedule.length.steps=10", "train_data.tfrecord.path=a.tfrecord");
    assertThat(config.getSchedule().getLength().getUnitCase()).isEqualTo(Duration.UnitCase.STEPS);
    assertThat(config.getTrainData().getSourceCase()).isEqualTo(DataConfig.SourceCase.TFRECORD);
  }

  @Test
  void aListTakesCommasOrSeveralOverrides() {
    String field = "train_data.tfrecord.path";
    assertThat(paths(field + "=a,b")).containsExactly("a", "b");
    assertThat(paths(field + "=a", field + "=b")).containsExactly("a", "b");
    assertThat(paths(field + "=\"a,b\",c")).containsExactly("a,b", "c");
    assertThat(paths(field + "=[a, b]")).containsExactly("a", "b");
    assertThat(paths(field + "=a,b", field + "[1]=c", field + "[2]=d"))
        .containsExactly("a", "c", "d");
  }

  @Test
  void theFirstOverrideOfAListReplacesTheFiles() {
    RunConfig.Builder builder = RunConfig.newBuilder();
    builder.getTrainDataBuilder().getNormalizationBuilder().addMean(1).addMean(2).addMean(3);
    Overrides.apply(builder, List.of("train_data.normalization.mean=0.5,0.5,0.5"));
    assertThat(builder.getTrainData().getNormalization().getMeanList())
        .containsExactly(0.5f, 0.5f, 0.5f);
  }

  @Test
  void aMessageIsReplacedAsAWhole() {
    RunConfig config =
        apply(
            "train_data.augment={ min_scale: 0.5 }",
            "validation_data={ noise { examples: 3 } image_size: 32 }",
            "schedule.warmup=epochs: 1");
    assertThat(config.getTrainData().getAugment().getMinScale()).isEqualTo(0.5f);
    assertThat(config.getValidationData().getNoise().getExamples()).isEqualTo(3);
    assertThat(config.getSchedule().getWarmup().getEpochs()).isEqualTo(1);
  }

  @Test
  void ofAListOfMessagesTheOnlyElementNeedsNoIndex() {
    assertThat(apply("distill.teacher.path=a", "distill.teacher.name=b").getDistill())
        .isEqualTo(distill("teacher { path: 'a' name: 'b' }"));
    assertThat(apply("distill.teacher[0].path=a", "distill.teacher[1].path=b").getDistill())
        .isEqualTo(distill("teacher { path: 'a' } teacher { path: 'b' }"));
    assertThat(apply("distill.teacher={ path: 'a' }", "distill.teacher={}").getDistill())
        .isEqualTo(distill("teacher { path: 'a' } teacher {}"));
  }

  private static DistillTask distill(String text) {
    DistillTask.Builder task = DistillTask.newBuilder();
    TextProtos.merge(text, "text", task);
    return task.build();
  }

  @Test
  void ofSeveralElementsOneMustBeNamed() {
    assertThatThrownBy(
            () -> apply("distill.teacher={}", "distill.teacher={}", "distill.teacher.path=a"))
        .hasMessageContaining(
            "distill.teacher has 2 elements; say which one, such as distill.teacher[0]");
  }

  @Test
  void nothingAfterTheEqualsSignUnsets() {
    RunConfig config = apply("train_data.augment=", "name=");
    assertThat(config.getTrainData().hasAugment()).isFalse();
    assertThat(config.hasName()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "seed|--set seed: expected path.to.field=value, such as schedule.length.epochs=100",
        "schedule.epochs=3|schedule has no field 'epochs'. Did you mean 'schedule.length.epochs'?",
        "modle.vit.width=3|a run config has no field 'modle'. Did you mean 'model'?",
        "seed.x=3|seed has no fields of its own; it takes a whole number from 0",
        "seed=-3|seed takes a whole number from 0; found -3",
        "model..width=3|'' is not a field's name",
        "log.tensorboard=1|log.tensorboard takes true or false; found 1",
        "runtime.xla=fast|runtime.xla takes one of OFF, LOOPS, AUTO, WHOLE_STEP; found fast",
        "schedule.learning_rate=3f|schedule.learning_rate takes a number",
        "seed[0]=1|seed is a single value; remove the [0]",
        "train_data.tfrecord.path[2]=a|train_data.tfrecord.path has 0 elements, so [2] does not"
            + " exist; [0] appends one",
        "train_data.augment={ min_scal: 1 }|--set train_data.augment:1:2: AugmentConfig has no"
            + " field 'min_scal'. Did you mean 'min_scale'?",
      })
  void aMistakeSaysWhatIsExpected(String override, String expected) {
    assertThatThrownBy(() -> apply(override))
        .isInstanceOfSatisfying(
            UserError.class, e -> assertThat(e.kind()).isEqualTo(UserError.Kind.USAGE))
        .hasMessageContaining(expected);
  }

  private static RunConfig apply(String... overrides) {
    RunConfig.Builder builder = RunConfig.newBuilder();
    builder.getScheduleBuilder().getLengthBuilder().setEpochs(3);
    builder.getTrainDataBuilder().getNoiseBuilder();
    builder.getTrainDataBuilder().getAugmentBuilder();
    Overrides.apply(builder, List.of(overrides));
    return builder.build();
  }

  private static List<String> paths(String... overrides) {
    return apply(overrides).getTrainData().getTfrecord().getPathList();
  }
}
