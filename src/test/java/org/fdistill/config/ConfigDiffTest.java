package org.fdistill.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.fdistill.proto.RunConfig;
import org.junit.jupiter.api.Test;

class ConfigDiffTest {
  private static final RunConfig SMALL = parse();

  @Test
  void equalConfigsDoNotDiffer() {
    assertThat(ConfigDiff.between(SMALL, parse(), Set.of())).isEmpty();
  }

  @Test
  void eachDifferingFieldHasALine() {
    RunConfig other =
        parse(
            "model.vit.depth=4",
            "name=other",
            "train_data.augment=",
            "train_data.normalization.mean=0,0,0",
            "schedule.length.steps=9",
            "runtime.precision=BFLOAT16");
    assertThat(ConfigDiff.between(SMALL, other, Set.of()))
        .containsExactly(
            "name: \"small\" -> \"other\"",
            "model.vit.depth: 2 -> 4",
            "train_data.augment: { min_scale: 0.08 max_scale: 1.0 min_ratio: 0.75 max_ratio:"
                + " 1.3333333 interpolation: BILINEAR flip_probability: 0.5 } -> (not set)",
            "train_data.normalization.mean: [0.485, 0.456, 0.406] -> [0.0, 0.0, 0.0]",
            "schedule.length.epochs: 2.0 -> (not set)",
            "schedule.length.steps: (not set) -> 9",
            "runtime.precision: FLOAT32 -> BFLOAT16");
  }

  @Test
  void elementsOfAListOfMessagesAreComparedOneByOne() {
    assertThat(ConfigDiff.between(SMALL, parse("distill.teacher.name=b"), Set.of()))
        .containsExactly("distill.teacher.name: (not set) -> \"b\"");
    RunConfig two = parse("distill.teacher[1].name=b");
    assertThat(ConfigDiff.between(two, parse("distill.teacher[1].name=c"), Set.of()))
        .containsExactly("distill.teacher[1].name: \"b\" -> \"c\"");
    assertThat(ConfigDiff.between(SMALL, two, Set.of()))
        .containsExactly(
            "distill.teacher: [{ path: \"savedmodels/teacher\" }] -> [{ path:"
                + " \"savedmodels/teacher\" }, { name: \"b\" }]");
  }

  @Test
  void harmlessFieldsCanBeLeftOut() {
    RunConfig other =
        parse("log.every_steps=1", "runtime.intra_op_threads=7", "train_data.decode_threads=3");
    assertThat(ConfigDiff.between(SMALL, other, Set.of())).hasSize(3);
    assertThat(ConfigDiff.between(SMALL, other, ConfigDiff.HARMLESS)).isEmpty();
  }

  @Test
  void harmlessFieldsExist() {
    for (String path : ConfigDiff.HARMLESS) {
      assertThat(Fields.find(RunConfig.getDescriptor(), List.of(path.split("\\."))))
          .as(path)
          .isPresent();
    }
  }

  private static RunConfig parse(String... overrides) {
    return RunConfigs.parse(RunConfigsTest.SMALL, "small.txtpb", List.of(overrides));
  }
}
