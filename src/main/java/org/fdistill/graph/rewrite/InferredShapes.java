package org.fdistill.graph.rewrite;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.ndarray.Shape;

/** What TensorFlow infers of shapes while a graph is built, and a GraphDef does not say. */
final class InferredShapes {
  private InferredShapes() {}

  /**
   * The shapes of what the ops of one type take first, by the name of the op.
   *
   * @param type such as MatMul
   */
  static Map<String, Shape> ofFirstInputs(Graph graph, String type) {
    Map<String, Shape> shapes = new HashMap<>();
    for (Iterator<GraphOperation> all = graph.operations(); all.hasNext(); ) {
      GraphOperation op = all.next();
      if (op.type().equals(type)) {
        shapes.put(op.name(), op.input(0).shape());
      }
    }
    return shapes;
  }

  /** Whether all of a shape is known. */
  static boolean isKnown(Shape shape) {
    return !shape.isUnknown() && !shape.hasUnknownDimension();
  }
}
