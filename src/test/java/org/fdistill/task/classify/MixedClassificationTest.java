package org.fdistill.task.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.fdistill.config.UserError;
import org.fdistill.graph.Subgraph;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Task;
import org.fdistill.task.Tasks;
import org.fdistill.train.ProgramGraph;
import org.junit.jupiter.api.Test;

/** Classification of images that are erased and mixed. */
class MixedClassificationTest {
  private static final String CONFIG =
      """
      name: "mixed"
      classify { classes: 4 }
      model { vit { image_size: 16 patch_size: 8 width: 8 depth: 1 heads: 2 } }
      train_data {
        noise { examples: 16 classes: 4 }
        batch_size: 4
        augment { mixup {} random_erasing {} }
      }
      schedule { length { steps: 2 } }
      """;

  private static ProgramGraph program(String... overrides) {
    RunConfig config = Tasks.parse(CONFIG, "test", List.of(overrides));
    Task task = Tasks.of(config);
    return ProgramGraph.of(config, task);
  }

  /** The targets are one-hot vectors and those of the batch turned round; so are the images. */
  @Test
  void imagesAndTheirLabelsAreMixed() {
    assertThat(turned(program())).isEqualTo(2);
    assertThat(turned(program("train_data.augment={ random_erasing {} }"))).isZero();
  }

  /** Nodes that turn round what the loss is made of. */
  private static long turned(ProgramGraph program) {
    Subgraph graph = new Subgraph(program.definition());
    return graph.needed(List.of(program.endpoints().step().loss())).stream()
        .filter(name -> graph.node(name).getOp().startsWith("Reverse"))
        .count();
  }

  @Test
  void ofMixedImagesNoAccuracyIsReported() {
    assertThat(program().endpoints().step().metrics()).isEmpty();
    assertThat(program("train_data.augment={}").endpoints().step().metrics())
        .containsOnlyKeys("top1");
  }

  @Test
  void oneImageCannotBeMixed() {
    assertThatThrownBy(() -> program("train_data.batch_size=2", "optimizer.accumulation=2"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("train_data.augment.mixup")
        .hasMessageContaining("a batch of one image has none to be mixed with");
  }
}
