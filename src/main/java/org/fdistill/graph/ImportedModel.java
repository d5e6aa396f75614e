package org.fdistill.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.fdistill.config.UserError;
import org.tensorflow.Graph;
import org.tensorflow.GraphBridge;
import org.tensorflow.GraphOperation;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.exceptions.TFUnimplementedException;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * One output of a SavedModel inside another graph: its nodes under a scope, its input wired to a
 * tensor of that graph, its variables and functions under names of their own, so that nothing of
 * two models ever meets. Models of TensorFlow 1 (one graph, variables or frozen constants) and of
 * TensorFlow 2 (functions) are treated alike. Only what the output, the restore op and the
 * initialisation op need is imported. It can be built into a graph several times; all uses read one
 * copy of the weights.
 */
public final class ImportedModel {
  /** Constants above so many bytes are shared between uses. */
  private static final int LARGE_CONSTANT = 1024;

  private final SavedModelFolder model;
  private final String scope;
  private final String input;
  private final String output;
  private final GraphDef graph;
  private final Subgraph parts;
  private final ModelRestore restore;
  private final Precision precision;
  private final Map<Graph, Integer> uses = new HashMap<>();
  private FrozenProgram program;

  /**
   * Reads a model's graph and gives its resources and functions names of their own. In bfloat16 its
   * products of float32 take weights that are cast once, at {@link #restore}, and norms, softmax
   * and the output stay float32. Products that the model computes in another type, and those that
   * run or not as values decide, stay as they are. In either precision what follows from weights
   * alone is computed once, at {@link #restore}: {@link FrozenValues}.
   *
   * @param scope what the names of its nodes start with, such as {@code teacher/clip}
   * @param input the tensor ({@code node:index}) that another graph's tensor will replace
   * @param output the tensor to compute
   * @param precision of its products
   * @throws UserError where the graph lacks nodes or is too much for TensorFlow
   */
  public ImportedModel(
      SavedModelFolder model, String scope, String input, String output, Precision precision) {
    this.model = model;
    this.scope = scope;
    this.input = Subgraph.tensor(input);
    this.output = Subgraph.tensor(output);
    this.graph = ModelNamespace.apply(scope, RuntimeOps.readable(model.metaGraph()));
    this.parts = new Subgraph(graph);
    this.restore = new ModelRestore(model, parts);
    this.precision = precision;
    requireNodes();
  }

  /** Made when first needed: TensorFlow looks at the graph, which may have been refused by then. */
  private FrozenProgram program() {
    if (program == null) {
      program = newProgram();
    }
    return program;
  }

  private FrozenProgram newProgram() {
    FrozenProgram written = FrozenProgram.of(graph, input, output);
    if (precision == Precision.FLOAT32 && isCompiled()) {
      return written;
    }
    try {
      FrozenProgram inlined = written.inlined();
      FrozenProgram running = precision == Precision.BFLOAT16 ? inlined.inBfloat16() : inlined;
      return FrozenValues.hold(scope, running).orElse(running);
    } catch (TensorFlowException | TFInvalidArgumentException | TFUnimplementedException e) {
      throw refused(e);
    }
  }

  /** Whether XLA must compile parts of it, which may hold ops that nothing else runs. */
  private boolean isCompiled() {
    return Stream.concat(
            graph.getNodeList().stream(),
            graph.getLibrary().getFunctionList().stream().flatMap(f -> f.getNodeDefList().stream()))
        .map(node -> node.getAttrOrDefault(CompiledLoop.COMPILED, AttrValue.getDefaultInstance()))
        .anyMatch(AttrValue::getB);
  }

  /**
   * What is not there, or is too much for TensorFlow, is refused before anything is built of it.
   */
  private void requireNodes() {
    model.requireNodes(parts, List.of(Subgraph.nodeOf(input), Subgraph.nodeOf(output)));
    Set<String> all = new LinkedHashSet<>(inference(Set.of(input)));
    all.addAll(restore.initializing());
    all.addAll(restoring());
    GraphLimits.require(parts, all, "SavedModel " + model.path());
  }

  /** The types of the ops that compute the output. */
  public Set<String> inferenceOperations() {
    return parts.operations(inference(Set.of(input)));
  }

  /** The types of the ops that restore the variables; empty where there are none. */
  public Set<String> restoreOperations() {
    return parts.operations(restoring());
  }

  /** The restore ops that read another file than the model's weights, each as its type and node. */
  public List<String> foreignRestores() {
    return RestorePaths.foreign(parts, restoring(), restore.path());
  }

  /** The types of the ops that restore variables from the path that they are given. */
  public static Set<String> restoreTypes() {
    return RestorePaths.OPS;
  }

  /** The types of the ops that the model runs once after restoring. */
  public Set<String> initializationOperations() {
    return parts.operations(restore.initializing());
  }

  /** The placeholders, besides the input, that the output cannot be computed without. */
  public List<String> otherPlaceholders() {
    Set<String> needed = inference(Set.of(input));
    return graph.getNodeList().stream()
        .filter(node -> node.getOp().equals("Placeholder"))
        .map(NodeDef::getName)
        .filter(needed::contains)
        .toList();
  }

  /**
   * The variables that the output reads and that neither the saver nor the initialisation sets.
   * Keras 3 writes such models with {@code tf.saved_model.save}; only Python's loader, which goes
   * by the object graph and not by the saver, finds their values.
   */
  public List<String> variablesWithoutValue() {
    Set<String> set = new LinkedHashSet<>(restoring());
    set.addAll(restore.initializing());
    Set<String> valued = sharedNames(set);
    return sharedNames(inference(Set.of(input))).stream()
        .filter(name -> !valued.contains(name))
        .map(name -> name.substring(scope.length() + 1))
        .toList();
  }

  /** Of the variables among some nodes. */
  private Set<String> sharedNames(Set<String> nodes) {
    return graph.getNodeList().stream()
        .filter(
            node -> RuntimeOps.VARIABLES.contains(node.getOp()) && nodes.contains(node.getName()))
        .map(node -> node.getAttrOrThrow("shared_name").getS().toStringUtf8())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Whether the output depends on the input at all. */
  public boolean usesInput() {
    return inference(Set.of()).contains(Subgraph.nodeOf(input));
  }

  /**
   * Adds the model to a graph; each call adds a use of the same weights.
   *
   * @param into receives the nodes
   * @param wired takes the input's place
   * @return the output in that graph
   */
  public Output<?> build(Graph into, Output<?> wired) {
    FrozenProgram running = program();
    int use = uses.merge(into, 1, Integer::sum);
    String prefix = use == 1 ? scope : scope + "/use_" + use;
    Map<String, Output<?>> wires = new LinkedHashMap<>();
    if (use > 1) {
      largeConstants().forEach(tensor -> wires.put(tensor, find(into, scope, tensor)));
    }
    wires.put(input, wired);
    Set<String> keep = new LinkedHashSet<>(inference(running, wires.keySet()));
    if (use == 1) {
      keep.addAll(restoring());
      keep.addAll(restore.initializing());
      keep.addAll(running.parts().needed(running.afterwards()));
    }
    importInto(into, prefix, running.parts().only(running.graph(), keep), wires);
    return find(into, prefix, running.output());
  }

  /**
   * Restores the variables and runs the model's initialisation. Ops are found by name, so the
   * session may be one of a graph that was made from this one's GraphDef.
   */
  public void restore(Session session) {
    try {
      if (!restoring().isEmpty()) {
        restore.restore(session, scope);
      }
      restore.initialize(session, scope);
      program().afterwards().forEach(node -> session.run(scope + "/" + node));
    } catch (TensorFlowException | TFInvalidArgumentException | TFUnimplementedException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          "SavedModel "
              + model.path()
              + ": its weights could not be restored: "
              + e.getMessage()
              + "\nExpected the files under variables/ that were written with "
              + SavedModelFolder.FILE
              + ". Copy or download the model again.",
          e);
    }
  }

  private void importInto(Graph into, String prefix, GraphDef nodes, Map<String, Output<?>> wires) {
    GraphDef.Builder part = nodes.toBuilder();
    for (NodeDef.Builder node : part.getNodeBuilderList()) {
      List<String> inputs = new ArrayList<>(node.getInputList());
      inputs.removeIf(in -> in.startsWith("^") && Subgraph.cut(in, wires.keySet()));
      node.clearInput().addAllInput(inputs);
    }
    try {
      GraphBridge.importGraph(into, part.build(), prefix, wires);
    } catch (TensorFlowException | TFInvalidArgumentException | TFUnimplementedException e) {
      throw refused(e);
    }
  }

  private UserError refused(RuntimeException failure) {
    return new UserError(
        UserError.Kind.INPUT,
        "SavedModel "
            + model.path()
            + ": TensorFlow refuses its graph: "
            + failure.getMessage()
            + "\nIt was written by TensorFlow "
            + model.metaGraph().getMetaInfoDef().getTensorflowVersion()
            + "; this is "
            + TensorFlow.version()
            + ". If it speaks of shapes, a batch size may be built into the model: export it with"
            + " a batch dimension of unknown size.",
        failure);
  }

  private Set<String> inference(Set<String> fed) {
    return parts.needed(List.of(Subgraph.nodeOf(output)), fed);
  }

  private static Set<String> inference(FrozenProgram program, Set<String> fed) {
    return program.parts().needed(List.of(Subgraph.nodeOf(program.output())), fed);
  }

  /** The nodes that restore; none where no variable is read. */
  private Set<String> restoring() {
    Set<String> used = new LinkedHashSet<>(inference(Set.of(input)));
    used.addAll(restore.initializing());
    boolean reads = parts.operations(used).stream().anyMatch(RuntimeOps.VARIABLES::contains);
    return reads ? restore.restoring() : Set.of();
  }

  private List<String> largeConstants() {
    Set<String> needed = inference(program(), Set.of(input));
    return program().graph().getNodeList().stream()
        .filter(node -> node.getOp().equals("Const") && node.getInputCount() == 0)
        .filter(node -> node.getSerializedSize() > LARGE_CONSTANT)
        .filter(node -> needed.contains(node.getName()))
        .map(node -> Subgraph.tensor(node.getName()))
        .toList();
  }

  private Output<?> find(Graph graph, String prefix, String tensor) {
    GraphOperation op = graph.operation(prefix + "/" + Subgraph.nodeOf(tensor));
    int index = Subgraph.indexOf(tensor);
    if (index >= op.numOutputs()) {
      throw UserError.input(
          "SavedModel %s: its graph has no tensor %s: node %s, of type %s, has %d outputs.\nExport it again, or name another tensor."
              .formatted(
                  model.path(), tensor, Subgraph.nodeOf(tensor), op.type(), op.numOutputs()));
    }
    return op.output(index);
  }
}
