package org.fdistill.task.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.fdistill.config.RunConfigs;
import org.fdistill.data.Batch;
import org.fdistill.data.Field;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.ModelFiles;
import org.fdistill.graph.Precision;
import org.fdistill.testing.GraphRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

class FeatureDistillationTest {
  private static final int SIDE = 4;

  /** Two prefix tokens and 2 x 2 patches of one channel, below beta: the loss of zero is x²/4. */
  private static final float[][][] TOKENS = {{{1}, {1.9f}, {0.1f}, {0.2f}, {0.3f}, {0.4f}}};

  private static final double PATCHES = 0.01 + 0.04 + 0.09 + 0.16;

  @TempDir Path folder;

  @Test
  void aTeachersRegistersAreNoTargets() {
    assertThat(lossOfZero("class_token: true", "class_token: true"))
        .isCloseTo((1 + PATCHES) / 5 / 4, within(1e-6));
  }

  @Test
  void aStudentsRegistersLearnNothingDirectly() {
    String student =
        "class_token: true register_tokens: 3 absolute_position: true"
            + " relative_position_shared: false";
    assertThat(lossOfZero("class_token: true", student))
        .isCloseTo((1 + PATCHES) / 5 / 4, within(1e-6));
  }

  @Test
  void patchesAloneAreComparedWhereOneSideHasNoClassToken() {
    assertThat(lossOfZero("class_token: false", "class_token: true"))
        .isCloseTo(PATCHES / 4 / 4, within(1e-6));
    assertThat(lossOfZero("class_token: true", "class_token: false"))
        .isCloseTo(PATCHES / 4 / 4, within(1e-6));
  }

  /** What predicting zero costs; its graph holds the student's prediction of the same rows. */
  private double lossOfZero(String teacher, String student) {
    Path path =
        ModelFiles.frozen(
            folder.resolve("teacher"),
            Shape.of(-1, SIDE, SIDE, 3),
            (tf, images) -> {
              Operand<TFloat32> sum = tf.sum(images, tf.constant(new int[] {1, 2, 3}));
              Operand<TFloat32> zero = tf.math.mul(sum, tf.constant(0f));
              Operand<TFloat32> column = tf.reshape(zero, tf.constant(new int[] {-1, 1, 1}));
              return ModelFiles.outputs("tokens", tf.math.add(column, tf.constant(TOKENS)));
            });
    FeatureDistillation task =
        new FeatureDistillation(
            RunConfigs.parse(
                """
                name: "small"
                distill {
                  teacher { path: "%s" prefix_tokens: 2 %s }
                  target_normalization: NONE
                }
                model { vit { image_size: 4 patch_size: 2 width: 4 depth: 1 heads: 1 %s } }
                train_data { noise {} image_size: 4 batch_size: 1 }
                schedule { length { epochs: 1 } }
                """
                    .formatted(path, teacher, student),
                "small.txtpb",
                List.of()));
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      LayerScope scope = LayerScope.inference(tf, run.variables(), Precision.FLOAT32);
      Operand<TUint8> images = tf.zeros(tf.constant(new int[] {1, SIDE, SIDE, 3}), TUint8.class);
      Operand<TInt64> positions = tf.constant(new long[] {0});
      Operand<TFloat32> loss =
          task.validation(scope, new Batch(Map.of(Field.IMAGE, images, Field.POSITION, positions)))
              .get("predict_zero_loss");
      return run.run(List.of(loss)).get(0)[0];
    }
  }
}
