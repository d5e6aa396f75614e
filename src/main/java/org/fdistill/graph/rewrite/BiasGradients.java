package org.fdistill.graph.rewrite;

import java.util.Map;
import org.fdistill.graph.FlopCounter;
import org.tensorflow.Graph;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Gradients of biases in bfloat16, sums over rows, as products with a row of ones, which oneDNN
 * computes in some two thirds of the time of TensorFlow's {@code BiasAddGrad}: it too sums in
 * float32 and rounds once.
 */
final class BiasGradients {
  private static final String OP = "BiasAddGrad";

  /** One in bfloat16. */
  private static final int ONE = 0x3f80;

  private BiasGradients() {}

  /**
   * Rewrites a graph's definition.
   *
   * @param graph with its inferred shapes
   * @param definition of the same nodes
   */
  static GraphDef asProducts(Graph graph, GraphDef definition) {
    Map<String, Shape> summed = InferredShapes.ofFirstInputs(graph, OP);
    GraphDef.Builder result = definition.toBuilder().clearNode();
    for (NodeDef node : definition.getNodeList()) {
      Shape shape = summed.get(node.getName());
      if (isMatrix(shape) && node.getAttrOrThrow("T").getType() == DataType.DT_BFLOAT16) {
        addProduct(result, node, shape.get(0));
      } else {
        result.addNode(node);
      }
    }
    return result.build();
  }

  private static boolean isMatrix(Shape shape) {
    return shape != null && shape.numDimensions() == 2 && shape.get(0) != Shape.UNKNOWN_SIZE;
  }

  private static void addProduct(GraphDef.Builder result, NodeDef sum, long rows) {
    String ones = sum.getName() + "/ones";
    String product = sum.getName() + FlopCounter.ROW_SUM;
    String shape = sum.getName() + "/shape";
    AttrValue type = sum.getAttrOrThrow("T");
    result.addNode(constant(ones, type, ones(rows)));
    result.addNode(constant(shape, type(DataType.DT_INT32), flat()));
    result.addNode(
        NodeDef.newBuilder()
            .setName(product)
            .setOp("MatMul")
            .addInput(ones)
            .addAllInput(sum.getInputList())
            .putAttr("T", type)
            .putAttr("transpose_a", AttrValue.newBuilder().setB(false).build())
            .putAttr("transpose_b", AttrValue.newBuilder().setB(false).build()));
    result.addNode(
        NodeDef.newBuilder()
            .setName(sum.getName())
            .setOp("Reshape")
            .addInput(product)
            .addInput(shape)
            .putAttr("T", type)
            .putAttr("Tshape", type(DataType.DT_INT32)));
  }

  private static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }

  private static NodeDef constant(String name, AttrValue type, TensorProto value) {
    return NodeDef.newBuilder()
        .setName(name)
        .setOp("Const")
        .putAttr("dtype", type)
        .putAttr("value", AttrValue.newBuilder().setTensor(value).build())
        .build();
  }

  /** [1, rows]; a single value stands for all. */
  private static TensorProto ones(long rows) {
    return TensorProto.newBuilder()
        .setDtype(DataType.DT_BFLOAT16)
        .setTensorShape(
            TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dim.newBuilder().setSize(1))
                .addDim(TensorShapeProto.Dim.newBuilder().setSize(rows)))
        .addHalfVal(ONE)
        .build();
  }

  private static TensorProto flat() {
    return TensorProto.newBuilder()
        .setDtype(DataType.DT_INT32)
        .setTensorShape(
            TensorShapeProto.newBuilder().addDim(TensorShapeProto.Dim.newBuilder().setSize(1)))
        .addIntVal(-1)
        .build();
  }
}
