package org.fdistill.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.List;
import java.util.stream.Collectors;
import org.fdistill.proto.VitConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParseMistakeTest {
  @Test
  void anUnknownFieldNamesTheNearestTheLineAndAllFields() {
    String text = "name: \"x\"\nmodel {\n  vit {\n    widht: 64\n  }\n}\n";
    String fields =
        VitConfig.getDescriptor().getFields().stream()
            .map(FieldDescriptor::getName)
            .collect(Collectors.joining(", "));
    assertThat(message(text))
        .isEqualTo(
            """
            run.txtpb:4:5: model.vit has no field 'widht'. Did you mean 'width'?
              Its fields: %s
                  widht: 64
                  ^\
            """
                .formatted(fields));
  }

  @Test
  void everyUnknownFieldIsReported() {
    assertThat(message("seeed: 1\nlog { tensorbaord: true }\n"))
        .contains("run.txtpb:1:1: a run config has no field 'seeed'. Did you mean 'seed'?")
        .contains("run.txtpb:2:7: log has no field 'tensorbaord'. Did you mean 'tensorboard'?");
  }

  @Test
  void aFieldThatLivesFurtherDownIsFound() {
    assertThat(message("schedule { epochs: 100 }"))
        .contains("schedule has no field 'epochs'. Did you mean 'schedule.length.epochs'?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "train_data { batch_size: many }|train_data.batch_size takes a whole number of 32 bits,"
            + " such as 128; found many.",
        "train_data { batch_size: 1.5 }|train_data.batch_size takes a whole number of 32 bits,"
            + " such as 128; found 1.5.",
        "train_data { batch_size: 99999999999 }|found 99999999999, which is out of range.",
        "runtime { precision: HALF }|runtime.precision takes one of FLOAT32, BFLOAT16; found HALF.",
        "runtime { precision: 7 }|runtime.precision takes one of FLOAT32, BFLOAT16; found 7.",
        "name: abc|name takes text in quotes; found abc.",
        "log { tensorboard: yes }|log.tensorboard takes true or false; found yes.",
        "optimizer { adamw { beta1: x } }|optimizer.adamw.beta1 takes a number, such as 0.05",
        "train_data { normalization { mean: [1, b, 3] } }|train_data.normalization.mean takes a"
            + " number, such as 0.05 or 3e-4; found b.",
        "model: 3|model takes a block in braces with vit, swin, swin_v2, drop_path, init_from;"
            + " found 3.",
        "schedule { learning_rate: 1,5e-3 curve: COSINE }|schedule.learning_rate has a comma: write"
            + " 1.5e-3.",
        "model { vit { layer_scale: 0,1 } }|1:28: model.vit.layer_scale has a comma: write 0.1.",
        "seed: -1|seed takes a whole number from 0; found -1.",
        "seed: 1 seed: 2|seed is set twice; keep one.",
        "schedule { length { epochs: 3 steps: 4 } }|schedule.length has both epochs and steps; set"
            + " exactly one of epochs, steps, examples, percent.",
        "distill {} classify {}|a run config has both distill and classify; set exactly one of"
            + " distill, classify, segment, probe.",
        "model { vit { width: 3 }|a closing brace } is missing.",
        "model { } }|there is a closing brace } too many.",
      })
  void aWrongValueNamesTheFieldWhatWasFoundAndWhatIsExpected(String text, String expected) {
    assertThat(message(text)).startsWith("run.txtpb:1:").contains(expected);
  }

  @Test
  void commentsAndStringsDoNotConfuseTheField() {
    String text = "# model { vit {\nname: \"a { b: \\\" \"\nlog { # x: {\n  every_steps: soon }\n";
    assertThat(message(text)).contains("run.txtpb:4:16: log.every_steps takes").contains("^");
  }

  private static String message(String text) {
    Throwable thrown = catchThrowable(() -> RunConfigs.parse(text, "run.txtpb", List.of()));
    assertThat(thrown).isInstanceOf(UserError.class);
    assertThat(((UserError) thrown).kind()).isEqualTo(UserError.Kind.USAGE);
    return thrown.getMessage();
  }
}
