package org.fdistill.graph.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.tensorflow.op.math.AccumulateN;
import org.tensorflow.op.math.Add;
import org.tensorflow.op.math.AddN;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Sums of several tensors in an order that does not depend on when each of them is ready.
 *
 * <p>TensorFlow's {@code AddN} of three or more starts with whichever input it may overwrite, which
 * is one whose other readers are done by then; and where a graph is thought to need much memory,
 * the graph optimiser turns it into additions to a variable, in the order in which the inputs
 * arrive. Either rounds the same sum in other ways from run to run. Here each such sum becomes a
 * chain of sums of two, which have one order only. The optimiser makes the same {@code AddN} of
 * chains and trees of additions, those of imported models too; the mark of a node that it has seen
 * already keeps it from that.
 */
public final class OrderedSums {
  /** The optimiser's own mark on additions that it does not merge, or no more. */
  private static final String KEEP = "_grappler_ArithmeticOptimizer_AddOpsRewriteStage";

  private static final AttrValue TRUE = AttrValue.newBuilder().setB(true).build();
  private static final AttrValue TWO = AttrValue.newBuilder().setI(2).build();

  private static final Set<String> OF_MANY = Set.of(AddN.OP_NAME, AccumulateN.OP_NAME);
  private static final Set<String> OF_TWO = Set.of(Add.OP_NAME, "AddV2");

  private OrderedSums() {}

  /** Fixes the order of every sum of a graph and of its functions. */
  public static GraphDef fix(GraphDef graph) {
    GraphDef.Builder result = graph.toBuilder().clearNode();
    result.addAllNode(fix(graph.getNodeList(), ""));
    for (FunctionDef.Builder function : result.getLibraryBuilder().getFunctionBuilderList()) {
      List<NodeDef> nodes = fix(function.getNodeDefList(), ":sum:0");
      function.clearNodeDef().addAllNodeDef(nodes);
    }
    return result.build();
  }

  /**
   * Fixes the sums among some nodes.
   *
   * @param output what follows a sum's name where another node of the same graph or function takes
   *     its output
   */
  private static List<NodeDef> fix(List<NodeDef> nodes, String output) {
    List<NodeDef> fixed = new ArrayList<>();
    for (NodeDef node : nodes) {
      if (OF_MANY.contains(node.getOp())) {
        addChain(fixed, node, output);
      } else if (OF_TWO.contains(node.getOp())) {
        fixed.add(node.toBuilder().putAttr(KEEP, TRUE).build());
      } else {
        fixed.add(node);
      }
    }
    return fixed;
  }

  /** Adds ((a + b) + c) + d for a sum of a, b, c and d; its last node has the sum's name. */
  private static void addChain(List<NodeDef> nodes, NodeDef sum, String output) {
    List<String> terms = sum.getInputList().stream().filter(i -> !i.startsWith("^")).toList();
    String total = terms.get(0);
    for (int i = 1; i < terms.size() - 1; i++) {
      String name = sum.getName() + "/first_" + (i + 1);
      nodes.add(ofTwo(sum, name, List.of(total, terms.get(i))).build());
      total = name + output;
    }
    if (terms.size() > 1) {
      NodeDef.Builder last = ofTwo(sum, sum.getName(), List.of(total, terms.get(terms.size() - 1)));
      nodes.add(
          last.addAllInput(sum.getInputList().subList(terms.size(), sum.getInputCount())).build());
    } else {
      nodes.add(sum);
    }
  }

  private static NodeDef.Builder ofTwo(NodeDef sum, String name, List<String> terms) {
    return sum.toBuilder()
        .setName(name)
        .setOp(AddN.OP_NAME)
        .clearInput()
        .addAllInput(terms)
        .removeAttr("shape")
        .putAttr("N", TWO)
        .putAttr(KEEP, TRUE);
  }
}
