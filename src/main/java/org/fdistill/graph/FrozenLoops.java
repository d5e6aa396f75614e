package org.fdistill.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.dtypes.Cast;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Layer norms, unit vectors, the bias of attention's logits and the like, each compiled into a few
 * loops: runs of element-wise ops and of sums along the last axis that end in one tensor become one
 * call of a {@link FrozenLoop}. TensorFlow passes over memory once for each of these ops.
 *
 * <p>A run is what is computed for its last tensor alone: each op whose readers are all of one run
 * is of that run, every other begins one. So a run has one result, and nothing that it computes is
 * needed elsewhere or computed twice. Ops around an activation stay out, and so does the bias of a
 * product: oneDNN computes these together with the product before them.
 */
final class FrozenLoops {
  private static final Set<String> ELEMENTWISE =
      Set.of(
          "Add",
          "AddV2",
          "Sub",
          "Mul",
          "Div",
          "RealDiv",
          "Neg",
          "Square",
          "SquaredDifference",
          "Rsqrt",
          "Sqrt",
          "Maximum",
          "Minimum",
          Cast.OP_NAME);

  private static final Set<String> ACTIVATIONS =
      Set.of(
          "Erf",
          "Erfc",
          "Tanh",
          "Sigmoid",
          "Exp",
          "Pow",
          "Softplus",
          "Relu",
          "Relu6",
          "Elu",
          "Selu",
          "LeakyRelu");

  private static final Set<String> CONVOLUTIONS = Set.of("Conv2D", "DepthwiseConv2dNative");
  private static final Set<String> SUMS = Set.of("Add", "AddV2");

  private final FrozenTensors tensors;
  private final Subgraph parts;
  private final String output;
  private final Map<String, Set<String>> readers = new HashMap<>();

  /** The last node of each node's run. */
  private final Map<String, String> ends = new HashMap<>();

  /**
   * The nodes of each run by its last, which is the first of them; each stands after its readers.
   */
  private final Map<String, Set<String>> runs = new LinkedHashMap<>();

  private FrozenLoops(FrozenProgram program, Shape input) {
    this.tensors = FrozenTensors.of(program.graph(), program.input(), program.output(), input);
    this.parts = program.parts();
    this.output = Subgraph.nodeOf(program.output());
  }

  /**
   * Rewrites a graph without calls.
   *
   * @param input its shape; only tensors whose shape follows from it take part
   */
  static FrozenProgram compile(FrozenProgram program, Shape input) {
    FrozenLoops loops = new FrozenLoops(program, input);
    loops.findReaders();
    loops.findRuns();
    return new FrozenProgram(
        loops.rewritten(program.graph()), program.input(), program.output(), program.afterwards());
  }

  private void findReaders() {
    for (String name : tensors.inference()) {
      for (String input : parts.node(name).getInputList()) {
        readers.computeIfAbsent(Subgraph.nodeOf(input), n -> new LinkedHashSet<>()).add(name);
      }
    }
  }

  private Set<String> readers(String node) {
    return readers.getOrDefault(node, Set.of());
  }

  /** Looks at each node once all of its readers have been looked at. */
  private void findRuns() {
    Map<String, Integer> open = new HashMap<>();
    readers.forEach((node, by) -> open.put(node, by.size()));
    Deque<String> ready = new ArrayDeque<>(List.of(output));
    while (!ready.isEmpty()) {
      String name = ready.remove();
      place(name);
      parts.node(name).getInputList().stream()
          .map(Subgraph::nodeOf)
          .distinct()
          .filter(source -> open.merge(source, -1, Integer::sum) == 0)
          .forEach(ready::add);
    }
  }

  private void place(String name) {
    if (!canBeOfALoop(parts.node(name))) {
      return;
    }
    Set<String> after = new HashSet<>();
    readers(name).forEach(reader -> after.add(ends.get(reader)));
    String only = after.size() == 1 && !name.equals(output) ? after.iterator().next() : null;
    String end = only == null ? name : only;
    ends.put(name, end);
    runs.computeIfAbsent(end, n -> new LinkedHashSet<>()).add(name);
  }

  private boolean canBeOfALoop(NodeDef node) {
    boolean known =
        ELEMENTWISE.contains(node.getOp())
            || FrozenLoop.VIEWS.contains(node.getOp())
            || FrozenLoop.REDUCTIONS.contains(node.getOp());
    return known
        && tensors.inference().contains(node.getName())
        && !tensors.isFrozen(node.getName())
        && node.getInputList().stream().noneMatch(Subgraph::isControl)
        && isFloat(node.getName())
        && FrozenLoop.values(node).stream().allMatch(this::isFloat)
        && (!FrozenLoop.REDUCTIONS.contains(node.getOp()) || reducesLastAxis(node))
        && !isBiasOfAProduct(node);
  }

  /** Of a known shape too. */
  private boolean isFloat(String tensor) {
    Shape shape = tensors.shape(tensor);
    return FrozenLoop.TYPES.containsKey(tensors.type(tensor))
        && !shape.isUnknown()
        && !shape.hasUnknownDimension();
  }

  /** And keeps the axis, so that shapes tell. */
  private boolean reducesLastAxis(NodeDef node) {
    Shape of = tensors.shape(node.getInput(0));
    Shape reduced = tensors.shape(node.getName());
    int last = of.numDimensions() - 1;
    return last >= 0
        && reduced.numDimensions() == of.numDimensions()
        && reduced.equals(of.subShape(0, last).append(1));
  }

  private boolean isOfAnActivation(NodeDef node) {
    return neighbours(node).anyMatch(name -> ACTIVATIONS.contains(parts.node(name).getOp()));
  }

  /** One number for each channel, added to what a product gives. */
  private boolean isBiasOfAProduct(NodeDef node) {
    return SUMS.contains(node.getOp())
        && FrozenLoop.values(node).stream()
            .anyMatch(i -> isProduct(parts.node(Subgraph.nodeOf(i)).getOp()))
        && FrozenLoop.values(node).stream()
            .anyMatch(i -> tensors.isFrozen(i) && tensors.shape(i).numDimensions() <= 1);
  }

  private static boolean isProduct(String type) {
    return Bfloat16Products.PRODUCTS.contains(type) || CONVOLUTIONS.contains(type);
  }

  private GraphDef rewritten(GraphDef graph) {
    GraphDef.Builder result = graph.toBuilder().clearNode();
    Map<String, FunctionDef> functions = new TreeMap<>();
    Set<String> replaced = new HashSet<>();
    for (Set<String> run : runs.values()) {
      if (pays(run)) {
        FrozenLoop loop = new FrozenLoop(inOrder(run), tensors);
        FunctionDef function = loop.function();
        functions.put(function.getSignature().getName(), function);
        result.addAllNode(loop.nodes(function.getSignature().getName()));
        replaced.addAll(run);
      }
    }
    result.getLibraryBuilder().addAllFunction(functions.values());
    graph.getNodeList().stream()
        .filter(node -> !replaced.contains(node.getName()))
        .forEach(result::addNode);
    return result.build();
  }

  private List<NodeDef> inOrder(Set<String> run) {
    List<NodeDef> nodes = new ArrayList<>();
    run.forEach(name -> nodes.add(0, parts.node(name)));
    return nodes;
  }

  /** Two passes over memory at least, which are long enough, away from activations. */
  private boolean pays(Set<String> run) {
    return run.stream().filter(this::isPass).count() > 1
        && run.stream()
            .flatMap(name -> neighbours(parts.node(name)))
            .noneMatch(name -> isOfAnActivation(parts.node(name)));
  }

  private boolean isPass(String name) {
    NodeDef node = parts.node(name);
    return !FrozenLoop.VIEWS.contains(node.getOp())
        && Stream.concat(Stream.of(name), FrozenLoop.values(node).stream())
            .anyMatch(tensor -> CompiledLoop.pays(tensors.shape(tensor)));
  }

  /** The nodes that a node reads and those that read it, of what a step computes. */
  private Stream<String> neighbours(NodeDef node) {
    return Stream.concat(
            node.getInputList().stream().map(Subgraph::nodeOf), readers(node.getName()).stream())
        .filter(name -> !tensors.isFrozen(name));
  }
}
