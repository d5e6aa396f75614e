package org.fdistill.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

class VariablesTest {
  private static final Shape SHAPE = Shape.of(3);
  private static final Initializer NORMAL = Initializers.normal(1);

  @Test
  void theSameNameTwiceIsTheSameVariable() {
    try (Graph graph = new Graph()) {
      Variables variables = variables(graph);
      Variable first = variables.trainable("student/norm/scale", SHAPE, Initializers.ones());
      assertThat(variables.trainable("student/norm/scale", SHAPE, NORMAL)).isSameAs(first);
      assertThat(variables.all()).containsExactly(first);
    }
  }

  @Test
  void anotherShapeUnderAKnownNameIsAnErrorThatNamesBoth() {
    try (Graph graph = new Graph()) {
      Variables variables = variables(graph);
      variables.trainable("head/bias", SHAPE, Initializers.zeros());
      assertThatThrownBy(() -> variables.trainable("head/bias", Shape.of(4), Initializers.zeros()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("head/bias")
          .hasMessageContaining("[3]")
          .hasMessageContaining("[4]");
    }
  }

  @Test
  void listsOfOneGraphCanHaveTheSameNames() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables first = new Variables(tf, tf.constant(1L), "first/");
      Variables second = new Variables(tf, tf.constant(1L), "second/");
      Variable a = first.trainable("student/norm/scale", SHAPE, NORMAL);
      Variable b = second.trainable("student/norm/scale", SHAPE, NORMAL);
      assertThat(a.name()).isEqualTo(b.name());
      Op change =
          tf.assignVariableOp(b.handle(), tf.zeros(tf.constant(new int[] {3}), TFloat32.class));
      try (Session session = TestSession.open(graph)) {
        session.runner().addTarget(a.initialization()).addTarget(b.initialization()).run().close();
        float[] drawn = values(session, a);
        assertThat(values(session, b)).isEqualTo(drawn).doesNotContain(0);
        session.runner().addTarget(change).run().close();
        assertThat(values(session, a)).isEqualTo(drawn);
        assertThat(values(session, b)).containsOnly(0);
      }
    }
  }

  private static float[] values(Session session, Variable variable) {
    try (Result result = session.runner().fetch(variable.value()).run()) {
      return StdArrays.array1dCopyOf((TFloat32) result.get(0));
    }
  }

  @Test
  void aTrainableVariableCannotAlsoBeState() {
    try (Graph graph = new Graph()) {
      Variables variables = variables(graph);
      variables.trainable("head/bias", SHAPE, Initializers.zeros());
      assertThatThrownBy(() -> variables.state("head/bias", SHAPE, Initializers.zeros()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("head/bias");
    }
  }

  @Test
  void listsKeepTheOrderAndStateDoesNotTrain() {
    try (Graph graph = new Graph()) {
      Variables variables = variables(graph);
      Variable z = variables.trainable("z", SHAPE, NORMAL);
      Variable moment = variables.state("z/moment", SHAPE, Initializers.zeros());
      Variable a = variables.trainable("a", SHAPE, NORMAL);
      assertThat(variables.all()).containsExactly(z, moment, a);
      assertThat(variables.trainable()).containsExactly(z, a);
    }
  }

  @Test
  void eachVariableHasAResourceAndAFirstValueOfItsOwn() {
    try (Graph graph = new Graph()) {
      Variables variables = variables(graph);
      variables.trainable("one", SHAPE, Initializers.constant(1));
      variables.trainable("two", SHAPE, Initializers.constant(2));
      variables.trainable("a/kernel", SHAPE, NORMAL);
      variables.trainable("b/kernel", SHAPE, NORMAL);
      List<float[]> values = firstValues(graph, variables);
      assertThat(values.get(0)).containsOnly(1);
      assertThat(values.get(1)).containsOnly(2);
      assertThat(values.get(2)).isNotEqualTo(values.get(3));
    }
  }

  @Test
  void aFirstValueDependsOnSeedAndNameNotOnTheOtherVariables() {
    try (Graph alone = new Graph();
        Graph among = new Graph()) {
      Variables one = variables(alone);
      one.trainable("a/kernel", SHAPE, NORMAL);
      Variables several = variables(among);
      several.trainable("b/kernel", SHAPE, NORMAL);
      several.trainable("a/kernel", SHAPE, NORMAL);
      assertThat(firstValues(alone, one).get(0)).isEqualTo(firstValues(among, several).get(1));
    }
  }

  private static Variables variables(Graph graph) {
    Ops tf = Ops.create(graph);
    return new Variables(
        tf, tf.withName("seed").placeholder(TInt64.class, Placeholder.shape(Shape.scalar())));
  }

  private static List<float[]> firstValues(Graph graph, Variables variables) {
    try (Session session = TestSession.open(graph);
        TInt64 seed = TInt64.scalarOf(11)) {
      Session.Runner initialize = session.runner().feed("seed", seed);
      variables.initializations().forEach(initialize::addTarget);
      initialize.run().close();
      Session.Runner read = session.runner();
      variables.all().forEach(variable -> read.fetch(variable.value()));
      List<float[]> values = new ArrayList<>();
      try (Result result = read.run()) {
        for (int i = 0; i < variables.all().size(); i++) {
          float[] value = new float[3];
          ((TFloat32) result.get(i)).asRawTensor().data().asFloats().read(value);
          values.add(value);
        }
      }
      return values;
    }
  }
}
