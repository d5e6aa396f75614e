package org.fdistill.graph;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.dtypes.Cast;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * The float32 products of a graph in bfloat16. What lies between a product and the next, and only
 * moves or bends its values (bias, reshape, transpose, activation, factor), is computed in bfloat16
 * too, as it is in a student; sums of two branches, inner products along an axis, softmax, norms
 * and the output stay float32. Of the convolutions those whose stride is their size take part,
 * which are products of patches: the others of a network are followed by batch norms, and
 * TensorFlow computes the two in one pass in float32. What the bodies of {@code If}, {@code Case}
 * and {@code While} compute stays float32 as well: a weight enters them as an argument, which in a
 * loop is a value like those that change, and would be cast in every round.
 */
final class Bfloat16Products {
  private static final Set<String> PRODUCTS =
      Set.of("MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3", "Einsum");

  /** Of their float inputs one is their values. */
  private static final Set<String> FOLLOWERS =
      Set.of(
          "Reshape",
          "Transpose",
          "ExpandDims",
          "Squeeze",
          "Identity",
          "StridedSlice",
          "Slice",
          "Split",
          "SplitV",
          "Unpack",
          "BiasAdd",
          "Relu",
          "Relu6",
          "Erf",
          "Tanh",
          "Sigmoid");

  /** They follow a product where the other input is one number or one for each channel. */
  private static final Set<String> BY_CHANNEL = Set.of("Mul", "Add", "AddV2", "Pow");

  private static final String FACTORS = "Mul";

  private static final Set<String> SUMS = Set.of("Sum", "Mean");

  private final FrozenTensors tensors;
  private final Map<String, NodeDef> nodes = new LinkedHashMap<>();
  private final Set<String> half = new HashSet<>();

  /** Nodes that something else reads than a sum along axes. */
  private final Set<String> readUnsummed = new HashSet<>();

  private final Map<String, NodeDef> casts = new LinkedHashMap<>();

  Bfloat16Products(FrozenTensors tensors) {
    this.tensors = tensors;
  }

  /** Rewrites the nodes that the output needs. */
  GraphDef apply(GraphDef graph) {
    graph.getNodeList().stream()
        .filter(node -> tensors.inference().contains(node.getName()))
        .forEach(node -> nodes.put(node.getName(), node));
    nodes.values().stream()
        .filter(node -> !SUMS.contains(node.getOp()))
        .flatMap(node -> node.getInputList().stream())
        .forEach(input -> readUnsummed.add(Subgraph.nodeOf(input)));
    nodes.values().stream().filter(this::isProduct).forEach(node -> half.add(node.getName()));
    follow();
    GraphDef.Builder result = graph.toBuilder().clearNode();
    for (NodeDef node : graph.getNodeList()) {
      result.addNode(nodes.containsKey(node.getName()) ? rewritten(node) : node);
    }
    return result.addAllNode(casts.values()).build();
  }

  /** The tensor ({@code node:index}) that holds one of the graph's in float32. */
  String asFloat(String tensor) {
    return half.contains(Subgraph.nodeOf(tensor)) ? cast(tensor, DataType.DT_FLOAT) : tensor;
  }

  private String asHalf(String tensor) {
    return half.contains(Subgraph.nodeOf(tensor)) ? tensor : cast(tensor, DataType.DT_BFLOAT16);
  }

  private boolean isProduct(NodeDef node) {
    boolean product = PRODUCTS.contains(node.getOp()) || isOfPatches(node);
    return product && isFloat(node.getName()) && !tensors.isFrozen(node.getName());
  }

  /** A convolution [h, w, in, out] with strides of h and w. */
  private boolean isOfPatches(NodeDef node) {
    if (!node.getOp().equals("Conv2D")) {
      return false;
    }
    Shape filter = tensors.shape(node.getInput(1));
    List<Long> strides = node.getAttrOrThrow("strides").getList().getIList();
    String format =
        node.getAttrOrDefault("data_format", AttrValue.getDefaultInstance()).getS().toStringUtf8();
    return (format.isEmpty() || format.equals("NHWC"))
        && filter.numDimensions() == 4
        && filter.get(0) > 1
        && filter.get(0) == strides.get(1)
        && filter.get(1) == strides.get(2);
  }

  /** Each round finds what follows the nodes of the round before. */
  private void follow() {
    boolean found = true;
    while (found) {
      found = false;
      for (NodeDef node : nodes.values()) {
        if (!half.contains(node.getName()) && follows(node)) {
          half.add(node.getName());
          found = true;
        }
      }
    }
  }

  private boolean follows(NodeDef node) {
    List<String> floats = node.getInputList().stream().filter(this::isData).toList();
    long ofProducts = floats.stream().filter(i -> half.contains(Subgraph.nodeOf(i))).count();
    if (ofProducts == 0) {
      return false;
    }
    if (FOLLOWERS.contains(node.getOp())) {
      return ofProducts == 1;
    }
    return BY_CHANNEL.contains(node.getOp())
        && (ofProducts == floats.size()
            ? node.getOp().equals(FACTORS) && readUnsummed.contains(node.getName())
            : floats.stream()
                .filter(input -> !half.contains(Subgraph.nodeOf(input)))
                .allMatch(this::isByChannel));
  }

  private boolean isByChannel(String tensor) {
    Shape shape = tensors.shape(tensor);
    return tensors.isFrozen(tensor) && !shape.isUnknown() && shape.numDimensions() <= 1;
  }

  private boolean isData(String input) {
    return !Subgraph.isControl(input) && isFloat(input);
  }

  private boolean isFloat(String tensor) {
    return tensors.type(tensor) == DataType.DT_FLOAT;
  }

  private NodeDef rewritten(NodeDef node) {
    boolean inHalf = half.contains(node.getName());
    NodeDef.Builder result = node.toBuilder().clearInput();
    for (String input : node.getInputList()) {
      boolean data = isData(input);
      result.addInput(!data ? input : inHalf ? asHalf(input) : asFloat(input));
    }
    if (inHalf) {
      Map<String, AttrValue> typed = new HashMap<>();
      node.getAttrMap().entrySet().stream()
          .filter(a -> a.getValue().getType() == DataType.DT_FLOAT)
          .forEach(a -> typed.put(a.getKey(), type(DataType.DT_BFLOAT16)));
      result.putAllAttr(typed).removeAttr("_output_shapes");
    }
    return result.build();
  }

  private String cast(String tensor, DataType to) {
    String from = Subgraph.tensor(tensor);
    return casts.computeIfAbsent(from, t -> castNode(t, to)).getName() + ":0";
  }

  /** A tensor is cast to one type only: the one that it is not in. */
  private static NodeDef castNode(String tensor, DataType to) {
    DataType from = to == DataType.DT_FLOAT ? DataType.DT_BFLOAT16 : DataType.DT_FLOAT;
    return NodeDef.newBuilder()
        .setName(
            tensor.replace(":", "/as_" + (to == DataType.DT_FLOAT ? "float" : "bfloat16") + "_"))
        .setOp(Cast.OP_NAME)
        .addInput(tensor)
        .putAttr("SrcT", type(from))
        .putAttr("DstT", type(to))
        .putAttr("Truncate", AttrValue.newBuilder().setB(false).build())
        .build();
  }

  private static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }
}
