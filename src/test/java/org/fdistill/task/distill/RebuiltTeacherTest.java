package org.fdistill.task.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.fdistill.config.UserError;
import org.fdistill.data.Batch;
import org.fdistill.data.Field;
import org.fdistill.graph.GraphScope;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.Seeds;
import org.fdistill.graph.SessionFactory;
import org.fdistill.graph.Variables;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.proto.TeacherConfig.Layout;
import org.fdistill.teacher.Teacher;
import org.fdistill.testing.Golden;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

class RebuiltTeacherTest {
  private static final int IMAGES = 4;

  /** Of the tokens' largest value: two orders of the same sums in four blocks of float32. */
  private static final float TOLERANCE = 1e-5f;

  @Test
  void itGivesTheTokensOfTheSavedModelAndOthersWhereDropPathIsActive() {
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.ops(graph);
      Teacher teacher = Teacher.open(config(0).setName("imported").build(), 48);
      RebuiltTeacher rebuilt = RebuiltTeacher.of(Teacher.open(config(0.3f).build(), 48));
      Variables variables = new Variables(tf, tf.constant(0L));
      Operand<TUint8> images = images(tf, 48);
      Batch batch = new Batch(Map.of(Field.IMAGE, images));
      LayerScope inference = LayerScope.inference(tf, variables, Precision.FLOAT32);
      Seeds seeds = new Seeds(tf.constant(1L), tf.constant(2L));
      LayerScope training = LayerScope.training(tf, variables, Precision.FLOAT32, seeds);
      Operand<TFloat32> still = rebuilt.features(inference, batch).tokens();
      Operand<TFloat32> dropped = rebuilt.features(training, batch).tokens();
      Operand<TFloat32> imported = teacher.build(tf, images).tokens();
      Operand<TFloat32> largest = largest(tf, imported);
      Operand<TFloat32> moved = largest(tf, tf.math.sub(still, imported));
      Operand<TFloat32> changed = largest(tf, tf.math.sub(dropped, imported));
      assertThat(variables.all()).as("variables of the run").isEmpty();
      try (Session session = SessionFactory.open(graph)) {
        rebuilt.restore(session);
        teacher.restore(session);
        try (Result result = session.runner().fetch(largest).fetch(moved).fetch(changed).run()) {
          float top = scalar(result, 0);
          assertThat(scalar(result, 1)).isLessThan(TOLERANCE * top);
          assertThat(scalar(result, 2)).isGreaterThan(0.05f * top);
        }
      }
    }
  }

  @Test
  void imagesOfAnotherSizeAreResizedAsForTheSavedModel() {
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.ops(graph);
      TeacherConfig.Builder config = config(0.3f).setImageSize(48);
      RebuiltTeacher rebuilt = RebuiltTeacher.of(Teacher.open(config.build(), 32));
      Teacher teacher = Teacher.open(config.setName("imported").build(), 32);
      Operand<TUint8> images = images(tf, 32);
      LayerScope scope =
          LayerScope.inference(tf, new Variables(tf, tf.constant(0L)), Precision.FLOAT32);
      Operand<TFloat32> own =
          rebuilt.features(scope, new Batch(Map.of(Field.IMAGE, images))).tokens();
      Operand<TFloat32> imported = teacher.build(tf, images).tokens();
      Operand<TFloat32> largest = largest(tf, imported);
      Operand<TFloat32> moved = largest(tf, tf.math.sub(own, imported));
      try (Session session = SessionFactory.open(graph)) {
        rebuilt.restore(session);
        teacher.restore(session);
        try (Result result = session.runner().fetch(largest).fetch(moved).run()) {
          assertThat(scalar(result, 1)).isLessThan(TOLERANCE * scalar(result, 0));
        }
      }
    }
  }

  @Test
  void aModelOfOthersHasNoNetworkToBuild() {
    TeacherConfig others =
        TeacherConfig.newBuilder()
            .setPath(Golden.resource("teachers/tf2-functions").toString())
            .setDropPath(0.1f)
            .build();
    assertThatThrownBy(() -> RebuiltTeacher.of(Teacher.open(others, 32)))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll("teacher.drop_path", "no assets.extra", "import-teacher");
  }

  @Test
  void anOutputBesideTheTokensCannotBeRebuilt() {
    TeacherConfig logits = config(0.1f).setLayout(Layout.VECTOR).setOutput("logits").build();
    assertThatThrownBy(() -> RebuiltTeacher.of(Teacher.open(logits, 48)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("teacher.output is logits");
  }

  private static TeacherConfig.Builder config(float dropPath) {
    return TeacherConfig.newBuilder()
        .setPath(Path.of("savedmodels", "tiny-teacher").toString())
        .setName("tiny")
        .setDropPath(dropPath);
  }

  private static Operand<TUint8> images(Ops tf, int side) {
    Operand<TInt32> numbers =
        tf.random.statelessRandomUniformInt(
            tf.array(IMAGES, side, side, 3), tf.array(1, 2), tf.constant(0), tf.constant(256));
    return tf.ensureShape(tf.dtypes.cast(numbers, TUint8.class), Shape.of(IMAGES, side, side, 3));
  }

  private static Operand<TFloat32> largest(Ops tf, Operand<TFloat32> x) {
    return tf.reduceMax(tf.math.abs(x), tf.array(0, 1, 2));
  }

  private static float scalar(Result result, int index) {
    return ((TFloat32) result.get(index)).getFloat();
  }
}
