package org.fdistill.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.fdistill.config.UserError;
import org.fdistill.graph.Variable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.ndarray.Shape;

class ParameterRulesTest {
  /** The groups that the reference's get_pretrain_param_groups makes of its student. */
  @ParameterizedTest
  @CsvSource({
    "student/cls_token, 3, false",
    "student/pos_embed, 3, false",
    "student/patch_embed/kernel, 4, true",
    "student/patch_embed/bias, 1, false",
    "student/rel_pos_bias/table, 2, true",
    "student/blocks/07/attn/rel_pos_bias/table, 2, true",
    "student/blocks/00/norm1/scale, 1, false",
    "student/blocks/00/attn/qkv/kernel, 2, true",
    "student/blocks/00/attn/q_bias, 1, false",
    "student/blocks/00/gamma_1, 1, false",
    "student/blocks/11/mlp/fc2/kernel, 2, true",
    "student/layers/2/blocks/07/attn/rel_pos_bias/table, 2, false",
    "student/layers/2/blocks/07/attn/logit_scale, 1, false",
    "student/layers/2/blocks/07/attn/cpb/fc1/kernel, 2, false",
    "student/layers/2/blocks/07/attn/cpb/fc1/bias, 1, false",
    "student/layers/2/blocks/07/attn/cpb/fc2/kernel, 2, false",
    "student/layers/2/blocks/07/attn/qkv/kernel, 2, true",
    "student/layers/2/blocks/05/main_norm/scale, 1, false",
    "student/layers/0/downsample/reduction/kernel, 2, true",
    "projector/kernel, 2, true",
    "temperature, 0, false"
  })
  void weightDecayFollowsTheReference(String name, int rank, boolean decays) {
    Variable parameter = parameter(name, rank);
    Map<Variable, ParameterGroup> groups = ParameterRules.weightDecay().assign(List.of(parameter));
    assertThat(groups.get(parameter).decay()).isEqualTo(decays);
  }

  @Test
  void theFirstRuleThatMatchesWins() {
    ParameterGroup slow = new ParameterGroup(true, 0.5);
    ParameterRules rules =
        new ParameterRules(
            List.of(
                ParameterRules.Rule.named("a/.*", slow),
                ParameterRules.Rule.named(".*", ParameterGroup.DECAYED)));
    Variable first = parameter("a/kernel", 2);
    Variable second = parameter("b/a/kernel", 2);
    assertThat(rules.assign(List.of(first, second)))
        .containsEntry(first, slow)
        .containsEntry(second, ParameterGroup.DECAYED);
  }

  @Test
  void aParameterWithoutARuleIsNamed() {
    ParameterRules rules =
        new ParameterRules(List.of(ParameterRules.Rule.named("a", ParameterGroup.DECAYED)));
    assertThatThrownBy(
            () -> rules.assign(List.of(parameter("a", 1), parameter("ab", 1), parameter("c", 2))))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("No parameter rule matches ab, c.");
  }

  private static Variable parameter(String name, int rank) {
    long[] shape = new long[rank];
    Arrays.fill(shape, 2);
    return new Variable(name, Shape.of(shape), true, null, null, null);
  }
}
