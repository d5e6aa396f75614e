package org.fdistill.task.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.model.Endpoints;
import org.fdistill.proto.DistillTask.Aligned;
import org.fdistill.proto.DistillTask.TargetNormalization;
import org.fdistill.proto.DistillTask.Targets;
import org.fdistill.testing.Golden;
import org.fdistill.testing.GraphRun;
import org.fdistill.testing.Input;
import org.fdistill.testing.Tolerance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class ObjectiveTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "tokens-whiten",
        "tokens-l2",
        "tokens-none",
        "class_token-whiten",
        "class_token-l2",
        "class_token-none",
        "gap-whiten",
        "gap-l2",
        "gap-none",
        "tokens-whiten-beta"
      })
  void targetsLossAndGradientsAgreeWithPyTorch(String name) {
    Golden golden = Golden.open("objective/feature-distillation");
    JsonObject about = golden.description().getAsJsonObject("cases").getAsJsonObject(name);
    Targets targets = Targets.valueOf(about.get("targets").getAsString());
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      Operand<TFloat32> student = run.input(golden.inputs("inputs").get("student_tokens"));
      Operand<TFloat32> teacher = run.input(golden.inputs("inputs").get("teacher_tokens"));
      Operand<TFloat32> kernel = run.input(golden.inputs("inputs").get("projector/kernel"));
      Operand<TFloat32> bias = run.input(golden.inputs("inputs").get("projector/bias"));
      Alignment.Pairs pairs =
          new Alignment(targets, Aligned.CLASS_AND_VISIBLE, true, 2)
              .pairs(tf, endpoints(student), endpoints(teacher));
      Operand<TFloat32> prediction = tf.math.add(tf.linalg.matMul(pairs.student(), kernel), bias);
      Operand<TFloat32> expected =
          new TokenNormalizer(
                  TargetNormalization.valueOf(about.get("target_normalization").getAsString()))
              .apply(LayerScope.inference(tf, run.variables(), Precision.FLOAT32), pairs.teacher());
      Operand<TFloat32> loss =
          new SmoothL1(about.get("beta").getAsFloat()).mean(tf, prediction, expected);

      List<String> keys =
          List.of(
              "targets",
              "loss",
              "grad/student_tokens",
              "grad/projector/kernel",
              "grad/projector/bias");
      List<Operand<?>> fetches = new ArrayList<>(List.of(expected, loss));
      fetches.addAll(run.gradients(loss, List.of(student, kernel, bias)));
      List<float[]> values = run.run(fetches);
      for (int i = 0; i < keys.size(); i++) {
        String key = keys.get(i);
        double torch = about.getAsJsonObject("float32_error").get(key).getAsDouble();
        double error = Tolerance.error(values.get(i), golden.array(name + "/" + key).doubles());
        assertThat(error).as(key).isLessThanOrEqualTo(Tolerance.bound(torch));
      }
    }
  }

  /** The teacher's logits stand in the place of a class token. */
  @Test
  void theDivergenceOfLogitsAndItsGradientsAgreeWithPyTorch() {
    Golden golden = Golden.open("objective/logits");
    JsonObject errors = golden.description().getAsJsonObject("float32_error");
    Map<String, Input> inputs = golden.inputs("inputs");
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      Operand<TFloat32> student = run.input(inputs.get("student"));
      Operand<TFloat32> logits = run.input(inputs.get("logits"));
      Operand<TFloat32> kernel = run.input(inputs.get("projector/kernel"));
      Operand<TFloat32> bias = run.input(inputs.get("projector/bias"));
      Operand<TFloat32> patches = tf.expandDims(student, tf.constant(1));
      Alignment.Pairs pairs =
          new Alignment(Targets.LOGITS, Aligned.CLASS_AND_VISIBLE, false, 1)
              .pairs(
                  tf,
                  Endpoints.ofTokens(patches, 0, false, 1, 6, 4),
                  Endpoints.ofTokens(tf.expandDims(logits, tf.constant(1)), 1, true, 0, 5, 4));
      Operand<TFloat32> prediction = tf.math.add(tf.linalg.matMul(pairs.student(), kernel), bias);
      Operand<TFloat32> loss = new Divergence().mean(tf, prediction, pairs.teacher());
      List<String> keys =
          List.of("loss", "grad/student", "grad/projector/kernel", "grad/projector/bias");
      List<Operand<?>> fetches = new ArrayList<>(List.of(loss));
      fetches.addAll(run.gradients(loss, List.of(student, kernel, bias)));
      Operand<TFloat32> each = new Divergence().perImage(tf, prediction, pairs.teacher(), 4);
      fetches.add(tf.math.mean(each, tf.constant(0)));
      List<float[]> values = run.run(fetches);
      for (int i = 0; i < keys.size(); i++) {
        double error = Tolerance.error(values.get(i), golden.array(keys.get(i)).doubles());
        assertThat(error)
            .as(keys.get(i))
            .isLessThanOrEqualTo(Tolerance.bound(errors.get(keys.get(i)).getAsDouble()));
      }
      // The same terms in another order.
      assertThat(values.get(4)[0]).isCloseTo(values.get(0)[0], within(1e-6f));
    }
  }

  @Test
  void comparesPatchesAloneWhereOneNetworkHasNoClassToken() {
    try (GraphRun run = new GraphRun()) {
      Operand<TFloat32> tokens = run.input(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 1, 5, 2);
      Alignment.Pairs pairs =
          new Alignment(Targets.TOKENS, Aligned.CLASS_AND_VISIBLE, /* classTokens= */ false, 2)
              .pairs(run.tf(), endpoints(tokens), endpoints(tokens));
      assertThat(run.run(List.of(pairs.student())).get(0)).containsExactly(3, 4, 5, 6, 7, 8, 9, 10);
    }
  }

  @Test
  void leavesTheTeachersRegistersOut() {
    try (GraphRun run = new GraphRun()) {
      Operand<TFloat32> tokens = run.input(new float[] {1, 2, 3, 4, 5, 6, 7}, 1, 7, 1);
      Endpoints teacher = Endpoints.ofTokens(tokens, 3, /* hasClassToken= */ true, 2, 1, 4);
      List<float[]> values =
          run.run(
              List.of(
                  new Alignment(Targets.TOKENS, Aligned.CLASS_AND_VISIBLE, true, 2)
                      .pairs(run.tf(), teacher, teacher)
                      .teacher(),
                  new Alignment(Targets.TOKENS, Aligned.CLASS_AND_VISIBLE, false, 2)
                      .pairs(run.tf(), teacher, teacher)
                      .teacher()));
      assertThat(values.get(0)).containsExactly(1, 4, 5, 6, 7);
      assertThat(values.get(1)).containsExactly(4, 5, 6, 7);
    }
  }

  /** A grid of 2 x 2 patches behind a class token. */
  private static Endpoints endpoints(Operand<TFloat32> tokens) {
    int width = (int) tokens.shape().get(2);
    return Endpoints.ofTokens(tokens, 1, /* hasClassToken= */ true, 2, width, 4);
  }
}
