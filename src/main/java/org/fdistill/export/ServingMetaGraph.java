package org.fdistill.export;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.fdistill.export.InferenceGraph.InitialValue;
import org.fdistill.graph.RuntimeOps;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.graph.Subgraph;
import org.fdistill.graph.Variable;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.CollectionDef;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.VariableDef;

/**
 * From an inference graph to the SavedModel's protos: the nodes that are needed and no others, no
 * devices, no attributes at their defaults, and the collections by which Python finds the variables
 * and can train them.
 */
final class ServingMetaGraph {
  private static final int SCHEMA_VERSION = 1;

  private final InferenceGraph graph;

  ServingMetaGraph(InferenceGraph graph) {
    this.graph = graph;
  }

  SavedModel savedModel() {
    return SavedModel.newBuilder()
        .setSavedModelSchemaVersion(SCHEMA_VERSION)
        .addMetaGraphs(metaGraph())
        .build();
  }

  private MetaGraphDef metaGraph() {
    GraphDef alone = graphDef();
    PythonObject python = new PythonObject(graph, alone);
    GraphDef lean = with(alone, python.functions());
    MetaGraphDef.Builder meta = MetaGraphDef.newBuilder().setGraphDef(lean);
    meta.setObjectGraphDef(python.objects());
    meta.getMetaInfoDefBuilder()
        .addTags(SavedModelFolder.SERVE)
        .setTensorflowVersion(TensorFlow.version())
        .setStrippedDefaultAttrs(true)
        .setStrippedOpList(RuntimeOps.definitions(operations(lean)));
    meta.setSaverDef(graph.saver().toProto());
    meta.putCollectionDef("variables", variables(variable -> true));
    meta.putCollectionDef("trainable_variables", variables(Variable::trainable));
    graph.signatures().forEach(s -> meta.putSignatureDef(s.name(), s.toProto()));
    return meta.build();
  }

  private GraphDef graphDef() {
    GraphDef whole = direct(graph.graph().toGraphDef());
    Subgraph parts = new Subgraph(whole);
    GraphDef.Builder lean = parts.only(whole, parts.needed(graph.roots())).toBuilder();
    lean.getNodeBuilderList().forEach(ServingMetaGraph::strip);
    return lean.build();
  }

  private static GraphDef with(GraphDef graph, List<FunctionDef> more) {
    GraphDef.Builder lean = graph.toBuilder();
    lean.getLibraryBuilder().addAllFunction(more);
    List<FunctionDef> functions = new ArrayList<>();
    for (FunctionDef.Builder function : lean.getLibraryBuilder().getFunctionBuilderList()) {
      function.getNodeDefBuilderList().forEach(ServingMetaGraph::strip);
      functions.add(inOrder(function));
    }
    // The runtime lists functions and their nodes in an order of its own, which may change.
    functions.sort(Comparator.comparing(function -> function.getSignature().getName()));
    lean.getLibraryBuilder().clearFunction().addAllFunction(functions);
    return lean.build();
  }

  /** The same function with its nodes by name; what they compute depends on their inputs alone. */
  private static FunctionDef inOrder(FunctionDef.Builder function) {
    List<NodeDef> nodes = new ArrayList<>(function.getNodeDefList());
    nodes.sort(Comparator.comparing(NodeDef::getName));
    return function.clearNodeDef().addAllNodeDef(nodes).build();
  }

  private static void strip(NodeDef.Builder node) {
    NodeDef lean = RuntimeOps.withoutDefaults(node.build());
    node.clear().mergeFrom(lean).clearDevice();
  }

  /**
   * Leaves out the nodes by which {@link org.fdistill.graph.FusedGradient} puts a formula in the
   * place of a group's gradient: Python, which does not know the formula, differentiates the group.
   */
  private static GraphDef direct(GraphDef graph) {
    Subgraph parts = new Subgraph(graph);
    Map<String, String> sources = new HashMap<>();
    for (NodeDef node : graph.getNodeList()) {
      for (int i = 0; node.getOp().equals("IdentityN") && i < node.getInputCount(); i++) {
        NodeDef stop = parts.node(Subgraph.nodeOf(node.getInput(i)));
        String source = stop.getOp().equals("StopGradient") ? stop.getInput(0) : node.getInput(i);
        sources.put(node.getName() + ":" + i, Subgraph.tensor(source));
      }
    }
    GraphDef.Builder direct = graph.toBuilder();
    for (NodeDef.Builder node : direct.getNodeBuilderList()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        String input = node.getInput(i);
        if (!Subgraph.isControl(input)) {
          node.setInput(i, source(sources, input));
        }
      }
    }
    return direct.build();
  }

  private static String source(Map<String, String> sources, String input) {
    String tensor = Subgraph.tensor(input);
    boolean moved = false;
    while (sources.containsKey(tensor)) {
      tensor = sources.get(tensor);
      moved = true;
    }
    return moved ? tensor : input;
  }

  private static Set<String> operations(GraphDef graph) {
    Set<String> types = new LinkedHashSet<>();
    graph.getNodeList().forEach(node -> types.add(node.getOp()));
    graph
        .getLibrary()
        .getFunctionList()
        .forEach(f -> f.getNodeDefList().forEach(node -> types.add(node.getOp())));
    return types;
  }

  private CollectionDef variables(Predicate<Variable> wanted) {
    CollectionDef.Builder collection = CollectionDef.newBuilder();
    graph
        .variables()
        .forEach(
            (variable, first) -> {
              if (wanted.test(variable)) {
                collection.getBytesListBuilder().addValue(bytes(variable, first));
              }
            });
    return collection.build();
  }

  private static ByteString bytes(Variable variable, InitialValue first) {
    return VariableDef.newBuilder()
        .setVariableName(variable.handle().op().name() + ":0")
        .setInitialValueName(first.value().op().name() + ":0")
        .setInitializerName(first.assignment().op().name())
        .setSnapshotName(variable.value().op().name() + ":0")
        .setIsResource(true)
        .setTrainable(variable.trainable())
        .build()
        .toByteString();
  }
}
