package org.fdistill.graph;

import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.ndarray.Shape;

/**
 * Counts the floating point operations of the nodes MatMul, BatchMatMul, Einsum of two tensors,
 * Conv2D and its two gradients, in a graph whose shapes are known: two for each multiplication and
 * the addition that goes with it. Everything else is left out, as is usual where an achieved rate
 * is compared with a machine's: element-wise ops, norms and softmax, which are a few percent of a
 * transformer, but also depthwise convolutions and all that is inside of functions.
 */
public final class FlopCounter {
  private static final Set<String> COUNTED =
      Set.of(
          "MatMul",
          "BatchMatMul",
          "BatchMatMulV2",
          "BatchMatMulV3",
          "Einsum",
          "Conv2D",
          "Conv2DBackpropInput",
          "Conv2DBackpropFilter");

  /** How the name of a product ends that is a sum in disguise, and is not counted. */
  public static final String ROW_SUM = "/row_sum";

  private final Graph graph;
  private final Subgraph parts;

  /** Reads a graph, which must stay open. */
  public FlopCounter(Graph graph) {
    this.graph = graph;
    this.parts = new Subgraph(graph.toGraphDef());
  }

  /** Whether ops of a type are counted. */
  public static boolean counts(String type) {
    return COUNTED.contains(type);
  }

  /**
   * How many operations it takes to compute some nodes once.
   *
   * @param ends names of the nodes
   * @param counted chooses among the operations by name
   */
  public double of(Collection<String> ends, Predicate<String> counted) {
    Set<String> needed = parts.needed(ends);
    double flops = 0;
    for (Iterator<GraphOperation> all = graph.operations(); all.hasNext(); ) {
      GraphOperation op = all.next();
      if (needed.contains(op.name()) && counted.test(op.name())) {
        flops += flops(op);
      }
    }
    return flops;
  }

  private double flops(GraphOperation op) {
    return switch (op.type()) {
      case "MatMul" -> op.name().endsWith(ROW_SUM) ? 0 : matMul(op, "transpose_a");
      case "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3" -> matMul(op, "adj_x");
      case "Einsum" -> op.numInputs() == 2 ? einsum(op) : 0;
      case "Conv2D" -> convolution(op.output(0).shape(), op.input(1).shape());
      case "Conv2DBackpropInput" -> convolution(op.input(2).shape(), op.input(1).shape());
      case "Conv2DBackpropFilter" -> convolution(op.input(2).shape(), op.output(0).shape());
      default -> 0;
    };
  }

  /** Twice the output's size and the summed axis's. */
  private double matMul(GraphOperation op, String transposed) {
    Shape first = op.input(0).shape();
    boolean swap = parts.node(op.name()).getAttrOrThrow(transposed).getB();
    int axis = first.numDimensions() - (swap ? 2 : 1);
    return 2.0 * size(op.output(0).shape()) * first.get(axis);
  }

  /** Twice the output's size and those of the axes that are summed over, such as c in ac,cb->ab. */
  private double einsum(GraphOperation op) {
    String equation = parts.node(op.name()).getAttrOrThrow("equation").getS().toStringUtf8();
    int arrow = equation.indexOf("->");
    String[] factors = equation.substring(0, arrow).split(",", 2);
    Map<Character, Long> summed = new HashMap<>();
    for (int i = 0; i < factors.length; i++) {
      summed.putAll(axes(factors[i], op.input(i).shape()));
    }
    equation.substring(arrow).chars().forEach(letter -> summed.remove((char) letter));
    return summed.values().stream()
        .mapToDouble(Long::doubleValue)
        .reduce(2.0 * size(op.output(0).shape()), (product, axis) -> product * axis);
  }

  /** The lengths of axes with letters; those that an ellipsis stands for are never summed over. */
  private static Map<Character, Long> axes(String letters, Shape shape) {
    Map<Character, Long> lengths = new HashMap<>();
    int ellipsis = letters.indexOf("...");
    int before = ellipsis < 0 ? letters.length() : ellipsis;
    for (int i = 0; i < before; i++) {
      lengths.put(letters.charAt(i), shape.get(i));
    }
    for (int i = letters.length() - 1, axis = shape.numDimensions() - 1; i > before + 2; i--) {
      lengths.put(letters.charAt(i), shape.get(axis--));
    }
    return lengths;
  }

  /** Twice the output's size and a filter's: [h, w, in, out]. */
  private static double convolution(Shape output, Shape filter) {
    return 2.0 * size(output) * size(filter) / filter.get(3);
  }

  private static double size(Shape shape) {
    if (shape.isUnknown() || shape.hasUnknownDimension()) {
      throw new IllegalStateException("a product's shape is not known: " + shape);
    }
    return shape.size();
  }
}
