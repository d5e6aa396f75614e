package org.fdistill.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ConfigFieldsTest {
  @Test
  void whatIsLeftOutIsADefaultAndWhatIsSetIsNot() {
    Map<String, ConfigFields.Entry> fields = fields("runtime.precision=BFLOAT16", "seed=0");
    assertThat(fields.get("runtime.precision").isDefault()).isFalse();
    assertThat(fields.get("runtime.precision").value()).isEqualTo("BFLOAT16");
    assertThat(fields.get("runtime.xla").isDefault()).isTrue();
    assertThat(fields.get("name").isDefault()).isFalse();
    assertThat(fields.get("name").value()).isEqualTo("\"small\"");
    // Set to what it would be anyway.
    assertThat(fields.get("seed").isDefault()).isTrue();
  }

  /** These defaults follow from other fields and stand in no schema. */
  @Test
  void defaultsThatFollowFromOtherFieldsAreDefaults() {
    Map<String, ConfigFields.Entry> fields = fields();
    assertThat(fields.get("optimizer.clip_norm").isDefault()).isTrue();
    assertThat(fields.get("train_data.normalization.mean").isDefault()).isTrue();
    assertThat(fields.get("train_data.normalization.mean").value())
        .isEqualTo("[0.485, 0.456, 0.406]");
    Map<String, ConfigFields.Entry> others =
        fields("optimizer.clip_norm=1", "train_data.normalization.mean=0,0,0");
    assertThat(others.get("optimizer.clip_norm").isDefault()).isFalse();
    assertThat(others.get("train_data.normalization.mean").isDefault()).isFalse();
  }

  @Test
  void aMessageWithoutFieldsIsAFieldThatIsSet() {
    List<ConfigFields.Entry> fields =
        ConfigFields.of(
            RunConfigs.parse(RunConfigsTest.SMALL, "small", List.of()).toBuilder()
                .setSchedule(org.fdistill.proto.ScheduleConfig.newBuilder())
                .build());
    assertThat(fields).anyMatch(field -> field.path().equals("schedule"));
  }

  private static Map<String, ConfigFields.Entry> fields(String... overrides) {
    return ConfigFields.of(
            RunConfigs.parse(RunConfigsTest.SMALL, "small.txtpb", List.of(overrides)))
        .stream()
        .collect(Collectors.toMap(ConfigFields.Entry::path, field -> field));
  }
}
