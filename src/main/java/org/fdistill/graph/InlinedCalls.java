package org.fdistill.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tensorflow.op.core.Identity;
import org.tensorflow.op.core.ReadVariableOp;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.OpDef.ArgDef;

/**
 * A graph in which calls of functions are replaced by what the functions compute, so that a rewrite
 * sees one list of nodes. The bodies of {@code If}, {@code Case} and {@code While}, which run or
 * not as values decide, stay functions, and so does a function that takes its types from its call.
 * TensorFlow does the same before it runs a graph.
 */
public final class InlinedCalls {
  private final GraphDef graph;
  private final Map<String, FunctionDef> functions = new HashMap<>();
  private final Map<String, NodeDef> nodes = new LinkedHashMap<>();

  /** What each output of a call is now. */
  private final Map<String, String> values = new HashMap<>();

  /** The nodes that stand for a call in control inputs, by the name of the call. */
  private final Map<String, List<String>> ends = new HashMap<>();

  private InlinedCalls(GraphDef graph) {
    this.graph = graph;
    graph.getLibrary().getFunctionList().forEach(f -> functions.put(f.getSignature().getName(), f));
    graph.getNodeList().forEach(node -> nodes.put(node.getName(), node));
  }

  /**
   * Replaces calls, and the calls inside of them.
   *
   * @param graph whose calls have been found to end ({@link GraphLimits})
   * @param among names of the nodes to look at
   */
  public static InlinedCalls of(GraphDef graph, Collection<String> among) {
    InlinedCalls inlined = new InlinedCalls(graph);
    Deque<String> open = new ArrayDeque<>(among);
    while (!open.isEmpty()) {
      NodeDef node = inlined.nodes.get(open.remove());
      inlined.callee(node).ifPresent(function -> open.addAll(inlined.replace(node, function)));
    }
    return inlined;
  }

  /** The graph without the calls; its functions are still there. */
  public GraphDef graph() {
    GraphDef.Builder result = graph.toBuilder().clearNode();
    for (NodeDef node : nodes.values()) {
      NodeDef.Builder resolved = node.toBuilder().clearInput();
      node.getInputList().stream().map(this::inputs).forEach(resolved::addAllInput);
      result.addNode(resolved);
    }
    return result.build();
  }

  /** The tensor ({@code node:index}) that takes the place of one of the graph as it was. */
  public String tensor(String before) {
    String now = Subgraph.tensor(before);
    while (values.containsKey(now)) {
      now = values.get(now);
    }
    return now;
  }

  private List<String> inputs(String input) {
    if (!Subgraph.isControl(input)) {
      return List.of(values.containsKey(Subgraph.tensor(input)) ? tensor(input) : input);
    }
    List<String> waited = ends.get(Subgraph.nodeOf(input));
    return waited == null
        ? List.of(input)
        : waited.stream().flatMap(end -> inputs(end).stream()).distinct().toList();
  }

  /** The function that a node calls; empty where it calls none, or none that can be put in. */
  private Optional<FunctionDef> callee(NodeDef node) {
    String name =
        RuntimeOps.CALLS.contains(node.getOp())
            ? node.getAttrOrThrow("f").getFunc().getName()
            : node.getOp();
    return Optional.ofNullable(functions.get(name)).filter(InlinedCalls::isConcrete);
  }

  private static boolean isConcrete(FunctionDef function) {
    return function.getSignature().getInputArgList().stream().noneMatch(InlinedCalls::isList)
        && function.getNodeDefList().stream()
            .flatMap(node -> node.getAttrMap().values().stream())
            .allMatch(value -> value.getPlaceholder().isEmpty());
  }

  private static boolean isList(ArgDef argument) {
    return !argument.getNumberAttr().isEmpty() || !argument.getTypeListAttr().isEmpty();
  }

  /** Puts the body in the place of a call; gives the names of the body's nodes. */
  private List<String> replace(NodeDef call, FunctionDef function) {
    nodes.remove(call.getName());
    Body body = new Body(call, function);
    List<String> added = new ArrayList<>();
    for (NodeDef node : function.getNodeDefList()) {
      NodeDef copy = body.copy(node);
      nodes.put(copy.getName(), copy);
      added.add(copy.getName());
    }
    List<String> effects = effects(function).map(end -> "^" + body.name(end)).toList();
    List<String> waited = new ArrayList<>(effects);
    List<ArgDef> outputs = function.getSignature().getOutputArgList();
    for (int i = 0; i < outputs.size(); i++) {
      String value = body.tensor(function.getRetOrThrow(outputs.get(i).getName()));
      String after = effects.isEmpty() ? value : body.name("returned_" + i);
      if (!effects.isEmpty()) {
        nodes.put(after, waiting(after, value, outputs.get(i).getType(), effects));
      }
      values.put(call.getName() + ":" + i, Subgraph.tensor(after));
      waited.add("^" + Subgraph.nodeOf(after));
    }
    ends.put(call.getName(), waited);
    return added;
  }

  /**
   * What a function does besides its outputs, such as an assertion; reading a variable is nothing.
   */
  private Stream<String> effects(FunctionDef function) {
    Map<String, NodeDef> body = new HashMap<>();
    function.getNodeDefList().forEach(node -> body.put(node.getName(), node));
    return function.getControlRetMap().values().stream()
        .filter(end -> hasEffect(body.get(end)))
        .sorted();
  }

  private boolean hasEffect(NodeDef node) {
    return !node.getOp().equals(ReadVariableOp.OP_NAME)
        && callee(node).map(function -> effects(function).findAny().isPresent()).orElse(true);
  }

  /** A value that is there once some nodes have run. */
  private static NodeDef waiting(String name, String value, DataType type, List<String> nodes) {
    return NodeDef.newBuilder()
        .setName(name)
        .setOp(Identity.OP_NAME)
        .addInput(value)
        .addAllInput(nodes)
        .putAttr("T", AttrValue.newBuilder().setType(type).build())
        .build();
  }

  /** One function in the place of one call. */
  private final class Body {
    private final String prefix;
    private final List<String> waitsFor;
    private final Map<String, String> arguments = new HashMap<>();
    private final Map<String, NodeDef> own = new HashMap<>();

    Body(NodeDef call, FunctionDef function) {
      prefix = freePrefix(call.getName());
      waitsFor = call.getInputList().stream().filter(Subgraph::isControl).toList();
      List<ArgDef> parameters = function.getSignature().getInputArgList();
      for (int i = 0; i < parameters.size(); i++) {
        arguments.put(parameters.get(i).getName(), call.getInput(i));
      }
      function.getNodeDefList().forEach(node -> own.put(node.getName(), node));
    }

    /** Names of a call's body start with its own, unless others do. */
    private String freePrefix(String call) {
      String free = call + "/";
      while (anyStartsWith(free)) {
        free = free.substring(0, free.length() - 1) + "_/";
      }
      return free;
    }

    private boolean anyStartsWith(String start) {
      return nodes.keySet().stream().anyMatch(name -> name.startsWith(start));
    }

    String name(String node) {
      return prefix + node;
    }

    NodeDef copy(NodeDef node) {
      NodeDef.Builder copy = node.toBuilder().setName(name(node.getName())).clearInput();
      node.getInputList().forEach(input -> copy.addInput(input(input)));
      return copy.addAllInput(waitsFor).build();
    }

    private String input(String input) {
      if (!Subgraph.isControl(input)) {
        return tensor(input);
      }
      String node = input.substring(1);
      String argument = arguments.get(node);
      return "^" + (argument == null ? name(node) : Subgraph.nodeOf(argument));
    }

    /** From {@code argument} or {@code node:output:index} to {@code node:index}. */
    String tensor(String value) {
      if (arguments.containsKey(value)) {
        return arguments.get(value);
      }
      String[] parts = value.split(":", -1);
      NodeDef node = own.get(parts[0]);
      int within = parts.length > 2 ? Integer.parseInt(parts[2]) : 0;
      return name(parts[0]) + ":" + (firstOf(node, parts[1]) + within);
    }
  }

  /** Where an output of a node, by its name in the op's definition, starts. */
  private int firstOf(NodeDef node, String output) {
    FunctionDef called = functions.get(node.getOp());
    OpDef definition = called == null ? RuntimeOps.definition(node.getOp()) : called.getSignature();
    int first = 0;
    for (ArgDef argument : definition.getOutputArgList()) {
      if (argument.getName().equals(output)) {
        return first;
      }
      first += count(node, argument);
    }
    throw new IllegalStateException(node.getOp() + " has no output " + output);
  }

  private static int count(NodeDef node, ArgDef argument) {
    if (!argument.getNumberAttr().isEmpty()) {
      return Math.toIntExact(node.getAttrOrThrow(argument.getNumberAttr()).getI());
    }
    return argument.getTypeListAttr().isEmpty()
        ? 1
        : node.getAttrOrThrow(argument.getTypeListAttr()).getList().getTypeCount();
  }
}
