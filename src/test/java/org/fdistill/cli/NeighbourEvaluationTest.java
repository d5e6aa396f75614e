package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.fdistill.graph.Variables;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Tasks;
import org.fdistill.task.knn.FeatureNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TUint8;

class NeighbourEvaluationTest {
  private static final Path TEACHER = Path.of("savedmodels", "tiny-teacher");

  @TempDir Path folder;

  @Test
  void productsAreInTheRunsPrecision() {
    assertThat(productTypes("FLOAT32")).isNotEmpty().containsOnly(DataType.DT_FLOAT);
    assertThat(productTypes("BFLOAT16")).isNotEmpty().containsOnly(DataType.DT_BFLOAT16);
  }

  /** Of the student and of its teacher. */
  private List<DataType> productTypes(String precision) {
    Path file = Path.of(TinyConfigs.distill(folder, TEACHER));
    RunConfig config = Tasks.load(file, List.of("runtime.precision=" + precision));
    NeighbourEvaluation evaluation = new NeighbourEvaluation(config, 1, List.of(1));
    List<FeatureNetwork> networks =
        List.of(evaluation.untrained(Tasks.students(config).get(0)), evaluation.teacher(0));
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Variables variables = new Variables(tf, tf.constant(0L));
      Placeholder<TUint8> images =
          tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(2, 32, 32, 3)));
      networks.forEach(network -> network.features(tf, variables, images));
      List<NodeDef> nodes = graph.toGraphDef().getNodeList();
      return nodes.stream()
          .filter(node -> node.getOp().equals("MatMul"))
          .map(node -> node.getAttrOrThrow("T").getType())
          .toList();
    }
  }
}
