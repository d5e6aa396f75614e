package org.fdistill.task.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.data.Batch;
import org.fdistill.data.Field;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.Seeds;
import org.fdistill.graph.Variable;
import org.fdistill.model.Endpoints;
import org.fdistill.proto.DistillTask;
import org.fdistill.proto.DistillTask.Aligned;
import org.fdistill.proto.DistillTask.Combination;
import org.fdistill.proto.DistillTask.TargetNormalization;
import org.fdistill.proto.DistillTask.Targets;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.testing.Golden;
import org.fdistill.testing.GraphRun;
import org.fdistill.testing.Input;
import org.fdistill.testing.Tolerance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Two teachers of other widths, grids and normalisations than each other and the student. */
class SeveralTeachersTest {
  private static final int GRID = 3;

  @ParameterizedTest
  @EnumSource(Combination.class)
  void lossesAndEveryGradientAgreeWithPyTorch(Combination combination) {
    Golden golden = Golden.open("objective/teachers");
    JsonObject errors =
        golden
            .description()
            .getAsJsonObject("cases")
            .getAsJsonObject(combination.name())
            .getAsJsonObject("float32_error");
    Map<String, Input> inputs = golden.inputs("inputs");
    try (GraphRun run = new GraphRun()) {
      Operand<TFloat32> student = run.input(inputs.remove("student_tokens"));
      List<Endpoints> teachers =
          List.of(
              Endpoints.ofTokens(run.input(inputs.remove("a_tokens")), 1, true, 4, 7, 1),
              Endpoints.ofTokens(run.input(inputs.remove("b_tokens")), 0, false, 2, 5, 1));
      StudentObjective.Losses losses =
          objective(config(combination))
              .build(
                  training(run),
                  batch(run.tf(), 0, 1),
                  Endpoints.ofTokens(student, 1, true, GRID, 6, 1),
                  teachers);
      Map<String, Operand<TFloat32>> found = new LinkedHashMap<>();
      found.put("loss", losses.trained());
      found.putAll(losses.named());
      if (combination != Combination.LEARNED) {
        inputs.remove("weighting/log_variance");
      }
      run.setVariables(inputs);
      Map<String, Operand<?>> by = new LinkedHashMap<>();
      by.put("student_tokens", student);
      for (Variable variable : run.variables().all()) {
        by.put(variable.name(), variable.value());
      }
      List<Operand<?>> fetches = new ArrayList<>(found.values());
      fetches.addAll(run.gradients(found.get("loss"), List.copyOf(by.values())));
      List<String> keys = new ArrayList<>(found.keySet());
      by.keySet().forEach(name -> keys.add("grad/" + name));
      assertThat(keys).containsExactlyInAnyOrderElementsOf(errors.keySet());
      List<float[]> values = run.run(fetches);
      for (int i = 0; i < keys.size(); i++) {
        String key = keys.get(i);
        double error =
            Tolerance.error(values.get(i), golden.array(combination + "/" + key).doubles());
        assertThat(error)
            .as(key)
            .isLessThanOrEqualTo(Tolerance.bound(errors.get(key).getAsDouble()));
      }
    }
  }

  /** Two losses of each image, 1 and 3; what an image costs says which teachers it keeps. */
  @Test
  void imagesLeaveTeachersOutByTheirPositionsAlone() {
    int images = 4000;
    float[] costs = costs(images, 0, List.of(0.5f, 0.5f));
    double kept = 0.7;
    // One is left out where it is below 0.3 and the other is not, or where it is the smaller of two
    // such; both stay otherwise.
    double one = 0.3 * kept + 0.3 * 0.3 / 2;
    assertThat(share(costs, 1)).isCloseTo(one, within(5 * deviation(one, images)));
    assertThat(share(costs, 3)).isCloseTo(one, within(5 * deviation(one, images)));
    assertThat(share(costs, 2)).isCloseTo(1 - 2 * one, within(5 * deviation(one, images)));
    float[] later = costs(images / 2, images / 2, List.of(0.5f, 0.5f));
    for (int i = 0; i < later.length; i++) {
      assertThat(later[i]).isEqualTo(costs[images / 2 + i]);
    }
  }

  @Test
  void aTeacherWithoutWeightIsNotTheOneThatStays() {
    for (float cost : costs(200, 0, List.of(1f, 0f))) {
      assertThat(cost).isEqualTo(1);
    }
  }

  private static double share(float[] costs, float cost) {
    int count = 0;
    for (float value : costs) {
      count += value == cost ? 1 : 0;
    }
    return (double) count / costs.length;
  }

  private static double deviation(double probability, int count) {
    return Math.sqrt(probability * (1 - probability) / count);
  }

  /** The cost of each image by itself. */
  private static float[] costs(int images, int firstPosition, List<Float> weights) {
    Weighting weighting = new Weighting(weights, false, 0.3f);
    try (GraphRun run = new GraphRun()) {
      Ops tf = run.tf();
      Operand<TFloat32> costs =
          weighting.perImage(
              training(run),
              List.of(
                  tf.fill(tf.constant(new int[] {images}), tf.constant(1f)),
                  tf.fill(tf.constant(new int[] {images}), tf.constant(3f))),
              batch(tf, firstPosition, firstPosition + images - 1).get(Field.POSITION));
      return run.run(List.of(costs)).get(0);
    }
  }

  private static LayerScope training(GraphRun run) {
    Seeds seeds = new Seeds(run.scalar(5), run.scalar(0));
    return LayerScope.training(run.tf(), run.variables(), Precision.FLOAT32, seeds);
  }

  private static Batch batch(Ops tf, int first, int last) {
    long[] positions = new long[last - first + 1];
    for (int i = 0; i < positions.length; i++) {
      positions[i] = (long) first + i;
    }
    return new Batch(Map.of(Field.POSITION, tf.constant(positions)));
  }

  private static DistillTask config(Combination combination) {
    return DistillTask.newBuilder()
        .setCombination(combination)
        .addTeacher(TeacherConfig.newBuilder().setName("a"))
        .addTeacher(
            TeacherConfig.newBuilder()
                .setName("b")
                .setWeight(3)
                .setTargetNormalization(TargetNormalization.L2))
        .build();
  }

  private static StudentObjective objective(DistillTask config) {
    TeacherTerm a =
        new TeacherTerm(
            new NamedSource("a", 7, 4, true),
            "projector",
            new Alignment(Targets.TOKENS, Aligned.CLASS_AND_VISIBLE, true, GRID),
            TargetNormalizer.of(config, config.getTeacher(0)),
            new SmoothL1(config.getBeta()));
    TeacherTerm b =
        new TeacherTerm(
            new NamedSource("b", 5, 2, false),
            "projector_b",
            new Alignment(Targets.TOKENS, Aligned.CLASS_AND_VISIBLE, false, GRID),
            TargetNormalizer.of(config, config.getTeacher(1)),
            new SmoothL1(config.getBeta()));
    return new StudentObjective(List.of(a, b), Weighting.of(config));
  }
}
