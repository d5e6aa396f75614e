package org.fdistill.graph.rewrite;

import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Batch products in the form that oneDNN takes: it has a kernel for version 2 of the op, and
 * version 3, which gradients are made of, runs in Eigen at a fraction of the speed.
 */
public final class BatchProducts {
  private static final String VERSION_3 = "BatchMatMulV3";
  private static final String VERSION_2 = "BatchMatMulV2";

  private BatchProducts() {}

  /** Turns each batch product whose inputs and output are of one type into version 2. */
  public static GraphDef forOneDnn(GraphDef graph) {
    GraphDef.Builder result = graph.toBuilder();
    result.getNodeBuilderList().forEach(BatchProducts::rewrite);
    for (FunctionDef.Builder function : result.getLibraryBuilder().getFunctionBuilderList()) {
      function.getNodeDefBuilderList().forEach(BatchProducts::rewrite);
    }
    return result.build();
  }

  /** Turns a product of two matrices into a batch product of one. */
  static void ofMatrices(NodeDef.Builder product) {
    AttrValue a = product.getAttrOrThrow("transpose_a");
    AttrValue b = product.getAttrOrThrow("transpose_b");
    product.setOp(VERSION_2).putAttr("adj_x", a).putAttr("adj_y", b);
    product.removeAttr("transpose_a").removeAttr("transpose_b");
    product.removeAttr("grad_a").removeAttr("grad_b");
  }

  private static void rewrite(NodeDef.Builder node) {
    if (!node.getOp().equals(VERSION_3)) {
      return;
    }
    AttrValue type = node.getAttrOrThrow("Ta");
    if (type.equals(node.getAttrOrThrow("Tb")) && type.equals(node.getAttrOrThrow("Tout"))) {
      node.setOp(VERSION_2).putAttr("T", type);
      node.removeAttr("Ta").removeAttr("Tb").removeAttr("Tout");
    }
  }
}
