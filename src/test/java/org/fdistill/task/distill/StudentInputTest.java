package org.fdistill.task.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.TextFormat;
import java.util.List;
import java.util.Map;
import org.fdistill.config.UserError;
import org.fdistill.data.Batch;
import org.fdistill.data.Field;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.model.Endpoints;
import org.fdistill.model.Network;
import org.fdistill.proto.DistillTask;
import org.fdistill.proto.DistillTask.Aligned;
import org.fdistill.proto.DistillTask.Targets;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Tasks;
import org.fdistill.testing.DeterministicValues;
import org.fdistill.testing.GraphRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/** What a student sees, which of its tokens are compared, and what is refused. */
class StudentInputTest {
  private static final String VIT = "vit { image_size: 24 patch_size: 8 width: 8 heads: 2 depth: 1";
  private static final String SWIN =
      "swin { image_size: 64 width: 16 window: 4 depths: [1, 2] heads: [2, 4]";

  private static RunConfig config(String task, String model) {
    return Tasks.parse(
        """
        name: "small"
        distill { teacher { path: "nowhere" } %s }
        model { %s } }
        train_data { noise {} batch_size: 1 }
        schedule { length { epochs: 1 } }
        """
            .formatted(task, model),
        "small.txtpb",
        List.of());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mask { ratio: 0.9 }|distill.mask.ratio leaves none of the 3 x 3 patches, found 0.9; at"
            + " most 0.8888 leaves one",
        "mask { ratio: 0.99 }|distill.mask.ratio must be from 0 to 0.98, found 0.99",
        "mask { ratio: 0.5 kind: BLOCKWISE min_block: 5 }|distill.mask.min_block must leave a"
            + " rectangle smaller than the grid of 3 x 3 patches, found 5",
        "aligned: VISIBLE targets: GAP|distill.aligned is VISIBLE, which chooses among tokens, but"
            + " distill.targets is GAP; leave it out",
        "decoder {}|distill.decoder completes masked tokens where distill.aligned is ALL and"
            + " distill.mask.ratio above 0; leave it out",
        "mask { ratio: 0.5 } aligned: ALL decoder { width: 20 heads: 3 }|distill.decoder.width must"
            + " be a multiple of heads and of 4, found 20 and 3",
        "student_image { blur { min_sigma: 3 } }|distill.student_image.blur.min_sigma must not be"
            + " above max_sigma, found 3.0 and 2.0",
      })
  void aBadValueNamesTheFieldAndTheRule(String task, String expected) {
    assertThatThrownBy(() -> config(task, VIT))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(expected);
  }

  @Test
  void windowsNeedEveryPatch() {
    assertThatThrownBy(() -> config("mask {}", SWIN))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("distill.mask hides patches, but model.swin attends in windows");
    assertThat(config("mask { ratio: 0 }", SWIN).getDistill().hasMask()).isTrue();
  }

  @Test
  void theClassTokenAloneNeedsOne() {
    assertThatThrownBy(() -> config("aligned: CLASS", VIT + " class_token: false"))
        .hasMessageContaining("distill.aligned is CLASS, but model.vit.class_token is false");
  }

  @Test
  void anExampleHasWhatTheStudentTakes() {
    assertThat(fields("")).isEqualTo(List.of(Field.IMAGE));
    assertThat(fields("mask { ratio: 0 }")).isEqualTo(List.of(Field.IMAGE));
    assertThat(fields("mask { ratio: 0.5 } student_image { blur {} }"))
        .isEqualTo(List.of(Field.IMAGE, Field.STUDENT_IMAGE, Field.KEPT_PATCHES));
    assertThat(shapes("mask { ratio: 0.5 }").get(Field.KEPT_PATCHES)).isEqualTo(Shape.of(4));
  }

  private static Map<Field<?>, Shape> shapes(String task) {
    RunConfig run = config(task, VIT);
    return new StudentInput(run.getDistill()).trainingView(run.getTrainData(), 3).fields();
  }

  /** Inference has no drop path, so that equal inputs give equal bits. */
  @Test
  void trainingTakesItsOwnImageAndTheMaskAndValidationNeither() {
    RunConfig run = config("mask { ratio: 0.5 } student_image { blur {} }", VIT);
    Network student = Tasks.network(run);
    StudentInput input = new StudentInput(run.getDistill());
    try (GraphRun graph = new GraphRun()) {
      Ops tf = graph.tf();
      LayerScope scope = LayerScope.inference(tf, graph.variables(), Precision.FLOAT32);
      Operand<TUint8> image = tf.zeros(tf.constant(new int[] {1, 24, 24, 3}), TUint8.class);
      Operand<TUint8> own = tf.bitwise.invert(image);
      Operand<TInt32> kept = tf.constant(new int[][] {{0, 3, 4, 8}});
      Batch batch =
          new Batch(Map.of(Field.IMAGE, image, Field.STUDENT_IMAGE, own, Field.KEPT_PATCHES, kept));
      List<Operand<TFloat32>> found =
          List.of(
              input.training(scope, student, batch).tokens(),
              student.build(scope, own, kept).tokens(),
              input.validation(scope, student, batch).tokens(),
              student.build(scope, image).tokens());
      graph
          .shapes()
          .forEach(
              (name, shape) ->
                  graph.setVariable(
                      name, DeterministicValues.uniform(name, (int) shape.size(), 0, 0.5f)));
      List<float[]> values = graph.run(found);
      assertThat(values.get(0)).hasSize(5 * 8).containsExactly(values.get(1));
      assertThat(values.get(2)).hasSize(10 * 8).containsExactly(values.get(3));
    }
  }

  private static List<Field<?>> fields(String task) {
    return List.copyOf(shapes(task).keySet());
  }

  /** One image: class token and patches 2 and 0 of four, beside a teacher with a register. */
  @ParameterizedTest
  @CsvSource({
    "CLASS_AND_VISIBLE, true, 1 13 11, 5 30 10",
    "CLASS_AND_VISIBLE, false, 13 11, 30 10",
    "VISIBLE, true, 13 11, 30 10",
    "CLASS, true, 1, 5"
  })
  void tokensOfTheSamePlacesMeet(
      Aligned aligned, boolean classTokens, String student, String teacher) {
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      Endpoints seen =
          Endpoints.ofTokens(run.input(new float[] {1, 13, 11}, 1, 3, 1), 1, true, 2, 1, 8)
              .keeping(tf.constant(new int[][] {{2, 0}}));
      float[] tokens = {5, 6, 10, 20, 30, 40};
      Endpoints whole = Endpoints.ofTokens(run.input(tokens, 1, 6, 1), 2, true, 2, 1, 8);
      Alignment.Pairs pairs =
          new Alignment(Targets.TOKENS, aligned, classTokens, 2).pairs(tf, seen, whole);
      List<float[]> values = run.run(List.of(pairs.student(), pairs.teacher()));
      assertThat(values.get(0)).containsExactly(numbers(student));
      assertThat(values.get(1)).containsExactly(numbers(teacher));
    }
  }

  private static float[] numbers(String text) {
    String[] words = text.split(" ", -1);
    float[] numbers = new float[words.length];
    for (int i = 0; i < words.length; i++) {
      numbers[i] = Float.parseFloat(words[i]);
    }
    return numbers;
  }

  @Test
  void aDecoderIsForAllTokensBehindAMask() throws TextFormat.ParseException {
    assertThat(StudentInput.isDecoded(task("mask {} aligned: ALL"))).isTrue();
    assertThat(StudentInput.isDecoded(task("mask { ratio: 0 } aligned: ALL"))).isFalse();
    assertThat(StudentInput.isDecoded(task("mask {}"))).isFalse();
  }

  private static DistillTask task(String text) throws TextFormat.ParseException {
    return TextFormat.parse(text, DistillTask.class);
  }
}
