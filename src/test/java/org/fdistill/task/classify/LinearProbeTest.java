package org.fdistill.task.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.fdistill.config.UserError;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Tasks;
import org.fdistill.train.ProgramGraph;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.NodeDef;

class LinearProbeTest {
  private static final String CONFIG =
      """
      name: "probe"
      probe { classes: 4 }
      model { vit { image_size: 16 patch_size: 8 width: 8 depth: 2 heads: 2 } drop_path: 0.5 }
      train_data { noise { examples: 16 classes: 4 } batch_size: 4 }
      optimizer { lars {} }
      schedule { length { steps: 2 } }
      """;

  private static ProgramGraph program(String... overrides) {
    RunConfig config = Tasks.parse(CONFIG, "test", List.of(overrides));
    return ProgramGraph.of(config, Tasks.of(config));
  }

  private static boolean isGradient(NodeDef node) {
    return node.getName().startsWith("gradients");
  }

  private static boolean isOfNetwork(String node) {
    return node.replaceFirst("\\^", "").startsWith("train/student/");
  }

  /** What the backward pass reads must be kept until then; of the network it reads nothing. */
  @Test
  void theBackwardPassReadsNothingOfTheNetwork() {
    List<NodeDef> nodes = program().definition().getNodeList();
    assertThat(nodes).anyMatch(node -> isOfNetwork(node.getName()));
    assertThat(nodes).anyMatch(LinearProbeTest::isGradient);
    assertThat(nodes)
        .filteredOn(LinearProbeTest::isGradient)
        .allSatisfy(
            node -> assertThat(node.getInputList()).noneMatch(LinearProbeTest::isOfNetwork));
  }

  /** The same network as a classifier's: the test would see what it must not find. */
  @Test
  void thatOfAClassifierReadsMuch() {
    List<NodeDef> nodes =
        program("classify.classes=4", "optimizer={ adamw {} }").definition().getNodeList();
    assertThat(nodes)
        .filteredOn(LinearProbeTest::isGradient)
        .anySatisfy(node -> assertThat(node.getInputList()).anyMatch(LinearProbeTest::isOfNetwork));
  }

  @Test
  void nothingIsDroppedFromAFrozenNetwork() {
    assertThat(program().definition().getNodeList())
        .noneMatch(
            node ->
                node.getOp().startsWith("StatelessRandomUniform") && isOfNetwork(node.getName()));
  }

  @Test
  void onlyTheProbeIsTrained() {
    ProgramGraph program = program();
    assertThat(program.endpoints().step().parameters())
        .containsExactlyInAnyOrder("probe/kernel", "probe/bias");
    assertThat(program.endpoints().files().shapes())
        .containsKeys("probe/norm/mean", "probe/norm/variance", "student/norm/scale")
        .doesNotContainKey("student/norm/scale/momentum");
  }

  @Test
  void layerDecayOfAFrozenNetworkIsRefused() {
    assertThatThrownBy(() -> program("optimizer.layer_decay=0.7"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("optimizer.layer_decay")
        .hasMessageContaining("a probe trains no layer of the network");
  }
}
