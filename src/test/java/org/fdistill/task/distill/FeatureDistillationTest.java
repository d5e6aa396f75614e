package org.fdistill.task.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.fdistill.config.UserError;
import org.fdistill.data.Batch;
import org.fdistill.data.Field;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.ModelFiles;
import org.fdistill.graph.Precision;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Tasks;
import org.fdistill.testing.GraphRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  private static final String VIT = "class_token: true";

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

  @Test
  void theClassTokenAloneNeedsATeacherThatHasOne() {
    String teacher = "teacher { path: '%s' prefix_tokens: 2 class_token: false } ";
    assertThatThrownBy(() -> lossOfZeroOf(teacher + "aligned: CLASS", VIT))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("class token");
    assertThat(lossOfZeroOf("teacher { path: '%s' prefix_tokens: 2 } aligned: CLASS", VIT))
        .isCloseTo(1.0 / 4, within(1e-6));
  }

  /** What is validated is the network that is exported: it sees all, and so does its loss. */
  @Test
  void validationHidesNothing() {
    String masked = "teacher { path: '%s' prefix_tokens: 2 } mask { ratio: 0.5 }";
    assertThat(lossOfZeroOf(masked, VIT)).isCloseTo((1 + PATCHES) / 5 / 4, within(1e-6));
  }

  @Test
  void twoTeachersCostTheMeanOfBothByTheirWeights() {
    String patches = "prefix_tokens: 2 class_token: false";
    double first = lossOfZero("", VIT);
    double second = lossOfZero("class_token: false", VIT);
    String both =
        "teacher { path: '%s' name: 'a' prefix_tokens: 2 } teacher { path: '%s' name: 'b' ";
    // The mean of two float32 numbers below 0.25, after three roundings.
    assertThat(lossOfZeroOf(both + patches + " }", VIT))
        .isCloseTo((first + second) / 2, within(5e-8));
    assertThat(lossOfZeroOf(both + patches + " weight: 3 } combination: FIXED", VIT))
        .isCloseTo((first + 3 * second) / 4, within(5e-8));
  }

  @Test
  void twoTeachersOfOneNameAreRefused() {
    String one = "teacher { path: '%s' prefix_tokens: 2 }";
    assertThatThrownBy(() -> lossOfZeroOf(one + one, VIT))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("Two teachers have the name teacher")
        .hasMessageContaining("distill.teacher[i].name");
  }

  /** Each is refused when the teachers are opened, before any graph is built. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "layout: VECTOR output: 'vector'|one vector for each image (teacher.layout VECTOR), but"
            + " distill.targets is TOKENS",
        "prefix_tokens: 2 } targets: LOGITS #|it gives tokens (teacher.layout TOKENS), but"
            + " distill.targets is LOGITS",
        "prefix_tokens: 2 class_token: false } targets: CLASS_TOKEN #|it has no class token",
        "output: 'wide' prefix_tokens: 0 target_normalization: PHI_S|its tokens are 3 wide, and"
            + " PHI_S needs a Hadamard matrix",
      })
  void teachersThatDoNotFitTheirTargetsAreRefused(String teacher, String expected) {
    String text = "teacher { path: '" + teacher() + "' " + teacher + "\n}";
    FeatureDistillation task =
        new FeatureDistillation(config(text.contains("#") ? text.replace("\n}", "\n") : text, VIT));
    assertThatThrownBy(task::open).isInstanceOf(UserError.class).hasMessageContaining(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "student { name: 'student' model { %1$s } }|distill.student.name must start with a letter",
        "student { name: 'predict_zero' model { %1$s } }|projector_...; found \"predict_zero\"",
        "student { name: '1' model { %1$s } }|distill.student.name must start with a letter",
        "student { name: 's' model { %1$s } } student { name: 's' model { %1$s } }"
            + "|distill.student[1].name is that of another student too: s",
        "student { name: 's' }|distill.student.model has no architecture",
        "student { name: 's' model { vit { image_size: 8 patch_size: 2 width: 4 heads: 1 } } }"
            + "|distill.student.model must take images of the first student's size",
        "student { name: 's' model { vit { image_size: 4 patch_size: 3 width: 4 heads: 1 } } }"
            + "|distill.student.model.vit.image_size must be a multiple of patch_size",
      })
  void studentsThatCannotBeTrainedTogetherAreRefused(String students, String expected) {
    String model = "vit { image_size: 4 patch_size: 2 width: 4 depth: 1 heads: 1 }";
    assertThatThrownBy(() -> config("teacher {} " + students.formatted(model), VIT))
        .hasMessageContaining(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "teacher {} drop_teacher: 0.5|distill.drop_teacher is set, but there is one teacher alone",
        "teacher {} teacher { weight: 2 }|distill.teacher[1].weight is 2.0, but distill.combination"
            + " is MEAN; set FIXED",
        "teacher { weight: 0 } combination: FIXED|distill.teacher has weights that sum to nothing",
      })
  void weightsThatMeanNothingAreRefused(String task, String expected) {
    assertThatThrownBy(() -> config(task, VIT)).hasMessageContaining(expected);
  }

  /** What predicting zero costs of one teacher with two prefix tokens. */
  private double lossOfZero(String teacher, String student) {
    return lossOfZeroOf("teacher { path: '%s' prefix_tokens: 2 " + teacher + " }", student);
  }

  /**
   * What predicting zero costs; its graph holds the student's prediction of the same rows.
   *
   * @param task with %s for the teacher's path
   */
  private double lossOfZeroOf(String task, String student) {
    FeatureDistillation distillation =
        new FeatureDistillation(config(task.replace("%s", teacher().toString()), student));
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      LayerScope scope = LayerScope.inference(tf, run.variables(), Precision.FLOAT32);
      Operand<TUint8> images = tf.zeros(tf.constant(new int[] {1, SIDE, SIDE, 3}), TUint8.class);
      Operand<TInt64> positions = tf.constant(new long[] {0});
      Operand<TFloat32> loss =
          distillation
              .validation(scope, new Batch(Map.of(Field.IMAGE, images, Field.POSITION, positions)))
              .get("predict_zero_loss");
      return run.run(List.of(loss)).get(0)[0];
    }
  }

  private static RunConfig config(String task, String student) {
    return Tasks.parse(
        """
        name: "small"
        distill { target_normalization: NONE %s }
        model { vit { image_size: 4 patch_size: 2 width: 4 depth: 1 heads: 1 %s } }
        train_data { noise {} image_size: 4 batch_size: 1 }
        schedule { length { epochs: 1 } }
        """
            .formatted(task, student),
        "small.txtpb",
        List.of());
  }

  private Path teacher() {
    return ModelFiles.frozen(
        folder.resolve("teacher"),
        Shape.of(-1, SIDE, SIDE, 3),
        (tf, images) -> {
          Operand<TFloat32> sum = tf.sum(images, tf.constant(new int[] {1, 2, 3}));
          Operand<TFloat32> zero = tf.math.mul(sum, tf.constant(0f));
          Operand<TFloat32> column = tf.reshape(zero, tf.constant(new int[] {-1, 1, 1}));
          return Map.of(
              "tokens",
              tf.math.add(column, tf.constant(TOKENS)),
              "vector",
              tf.reshape(zero, tf.constant(new int[] {-1, 1})),
              "wide",
              tf.math.add(column, tf.constant(new float[1][1][3])));
        });
  }
}
