package org.fdistill.graph.rewrite;

import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.core.Constant;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Puts constants where gradients ask for the shape of a tensor whose shape is known. TensorFlow's
 * own constant folding does so too, but ties each constant to the tensor by a control edge, and a
 * product with such an edge is not fused with its bias.
 */
final class StaticShapes {
  private static final String SHAPE = "Shape";

  private StaticShapes() {}

  /**
   * Rewrites a graph's definition.
   *
   * @param graph with its inferred shapes
   * @return the definition, where every {@code Shape} of a fully known shape is a constant
   */
  static GraphDef fold(Graph graph) {
    Map<String, Shape> known = InferredShapes.ofFirstInputs(graph, SHAPE);
    known.values().removeIf(shape -> !InferredShapes.isKnown(shape));
    GraphDef.Builder definition = graph.toGraphDef().toBuilder();
    for (NodeDef.Builder node : definition.getNodeBuilderList()) {
      if (known.containsKey(node.getName())) {
        replace(node, known.get(node.getName()));
      }
    }
    return definition.build();
  }

  private static void replace(NodeDef.Builder node, Shape shape) {
    DataType type =
        node.containsAttr("out_type")
            ? node.getAttrOrThrow("out_type").getType()
            : DataType.DT_INT32;
    TensorProto.Builder value = TensorProto.newBuilder().setDtype(type);
    value.setTensorShape(
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dim.newBuilder().setSize(shape.numDimensions())));
    for (long dimension : shape.asArray()) {
      if (type == DataType.DT_INT64) {
        value.addInt64Val(dimension);
      } else {
        value.addIntVal((int) dimension);
      }
    }
    node.setOp(Constant.OP_NAME).clearInput().clearAttr();
    node.putAttr("dtype", AttrValue.newBuilder().setType(type).build());
    node.putAttr("value", AttrValue.newBuilder().setTensor(value).build());
  }
}
