package org.fdistill.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;

class GraphScopeTest {
  @Test
  void namesAreThoseOfTensorFlowsOwnScopes() {
    try (Graph ours = new Graph();
        Graph theirs = new Graph()) {
      build(GraphScope.ops(ours));
      build(Ops.create(theirs));
      assertThat(names(ours)).isEqualTo(names(theirs)).contains("a/b_1/sum_1", "loss_1/Const");
    }
  }

  private static void build(Ops tf) {
    Operand<TFloat32> one = tf.constant(1f);
    tf.constant(2f);
    for (int i = 0; i < 2; i++) {
      Ops a = tf.withSubScope("a");
      a.withSubScope("b").withName("sum").math.add(one, one);
      Ops b = a.withSubScope("b");
      b.withName("sum").math.add(one, one);
      b.withName("sum").math.add(one, one);
      a.withSubScope("b").math.mul(one, one);
    }
    tf.withName("loss").identity(one);
    tf.withSubScope("loss").constant(3f);
  }

  private static List<String> names(Graph graph) {
    List<String> names = new ArrayList<>();
    graph.operations().forEachRemaining(op -> names.add(op.name()));
    return names;
  }

  @Test
  void whatWasImportedOrDerivedKeepsItsNames() {
    try (Graph part = new Graph();
        Graph graph = new Graph()) {
      GraphScope.ops(part).withName("x").constant(1f);
      Ops tf = GraphScope.ops(graph);
      graph.importGraphDef(part.toGraphDef(), "in");
      assertThat(tf.withSubScope("in").withName("x").constant(2f).op().name()).isEqualTo("in/x_1");
      Operand<TFloat32> x = tf.constant(3f);
      Output<?>[] inputs = {x.asOutput()};
      graph.addGradients(tf.math.square(x).asOutput(), inputs);
      assertThat(tf.withSubScope("gradients").withName("OnesLike").constant(1f).op().name())
          .isEqualTo("gradients/OnesLike_1");
    }
  }

  @Test
  void devicesAndControlInputsReachTheOp() {
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.ops(graph);
      Operand<TFloat32> first = tf.withName("first").constant(1f);
      DeviceSpec device =
          DeviceSpec.newBuilder().deviceType(DeviceSpec.DeviceType.CPU).deviceIndex(0).build();
      GraphOperation op =
          (GraphOperation)
              tf.withDevice(device)
                  .withControlDependencies(first)
                  .withSubScope("s")
                  .constant(2f)
                  .op();
      NodeDef node =
          graph.toGraphDef().getNodeList().stream()
              .filter(n -> n.getName().equals(op.name()))
              .findFirst()
              .orElseThrow();
      assertThat(node.getInputList()).containsExactly("^first");
      assertThat(node.getDevice()).endsWith("CPU:0");
    }
  }

  @Test
  void aWrongNameIsRefused() {
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.ops(graph);
      assertThatThrownBy(() -> tf.withName("a b")).hasMessageContaining("a b");
      assertThatThrownBy(() -> tf.withSubScope("/")).hasMessageContaining("/");
    }
  }
}
