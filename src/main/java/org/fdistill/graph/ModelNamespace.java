package org.fdistill.graph;

import com.google.protobuf.ByteString;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;

/**
 * Gives a graph's resources and functions names of its own. TensorFlow's import prefixes nodes, but
 * neither the {@code shared_name} of a variable nor the name of a function: two models that both
 * have a variable {@code w} would silently share it.
 */
final class ModelNamespace {
  private static final String SHARED_NAME = "shared_name";

  /** Resources that TensorFlow names after the node where {@code shared_name} is empty. */
  private static final Set<String> NAMED_AFTER_NODE =
      Set.of(
          "Variable",
          "VariableV2",
          "HashTable",
          "HashTableV2",
          "MutableHashTable",
          "MutableHashTableV2",
          "MutableHashTableOfTensors",
          "MutableHashTableOfTensorsV2",
          "MutableDenseHashTable",
          "MutableDenseHashTableV2");

  /**
   * Tables that TensorFlow makes anew in each run, so that what the initialisation puts in would be
   * lost, each with the one that stays, which takes its attributes.
   */
  private static final Map<String, String> LASTING_TABLES =
      Map.of(
          "AnonymousHashTable", "HashTableV2",
          "AnonymousMutableHashTable", "MutableHashTableV2",
          "AnonymousMutableHashTableOfTensors", "MutableHashTableOfTensorsV2",
          "AnonymousMutableDenseHashTable", "MutableDenseHashTableV2");

  /** What Grappler's choice between implementations goes by; it could cross from model to model. */
  private static final Set<String> GRAPPLER_LINKS =
      Set.of("api_implements", "forward_function_name", "backward_function_name");

  private final String scope;
  private final String functionPrefix;
  private final Set<String> functions = new HashSet<>();

  private ModelNamespace(String scope, FunctionDefLibrary library) {
    this.scope = scope;
    this.functionPrefix = scope.replaceAll("[^A-Za-z0-9_]", "_") + "__";
    library.getFunctionList().forEach(f -> functions.add(f.getSignature().getName()));
  }

  /**
   * Renames resources and functions, and drops device names, colocation and gradient functions.
   *
   * @param scope what names start with from here on
   */
  static GraphDef apply(String scope, GraphDef graph) {
    ModelNamespace names = new ModelNamespace(scope, graph.getLibrary());
    GraphDef.Builder renamed = GraphDef.newBuilder().setVersions(graph.getVersions());
    graph.getNodeList().forEach(n -> renamed.addNode(names.node(lasting(n), n.getName())));
    graph
        .getLibrary()
        .getFunctionList()
        .forEach(f -> renamed.getLibraryBuilder().addFunction(names.function(f)));
    return renamed.build();
  }

  /** Of the graph's own nodes: a table inside of a function is filled where it is used. */
  private static NodeDef lasting(NodeDef node) {
    String table = LASTING_TABLES.get(node.getOp());
    return table == null ? node : node.toBuilder().setOp(table).build();
  }

  private FunctionDef function(FunctionDef function) {
    String name = function.getSignature().getName();
    FunctionDef.Builder renamed = function.toBuilder().clearNodeDef();
    renamed.getSignatureBuilder().setName(functionPrefix + name);
    GRAPPLER_LINKS.forEach(renamed::removeAttr);
    function
        .getNodeDefList()
        .forEach(node -> renamed.addNodeDef(node(node, name + "/" + node.getName())));
    return renamed.build();
  }

  private NodeDef node(NodeDef node, String uniqueName) {
    NodeDef.Builder renamed = node.toBuilder().clearDevice();
    renamed.setOp(functionName(node.getOp()));
    node.getAttrMap().forEach((key, value) -> renamed.putAttr(key, attribute(value)));
    renamed.removeAttr("_class");
    shareInScope(renamed, uniqueName);
    return renamed.build();
  }

  private void shareInScope(NodeDef.Builder node, String uniqueName) {
    String shared =
        node.getAttrOrDefault(SHARED_NAME, AttrValue.getDefaultInstance()).getS().toStringUtf8();
    String name = shared.isEmpty() && NAMED_AFTER_NODE.contains(node.getOp()) ? uniqueName : shared;
    if (name.isEmpty() && !node.getOp().equals("VarHandleOp")) {
      return;
    }
    ByteString scoped = ByteString.copyFromUtf8(scope + "/" + name);
    node.putAttr(SHARED_NAME, AttrValue.newBuilder().setS(scoped).build());
  }

  private AttrValue attribute(AttrValue value) {
    if (value.hasFunc()) {
      return AttrValue.newBuilder().setFunc(reference(value.getFunc())).build();
    }
    if (value.getList().getFuncCount() == 0) {
      return value;
    }
    AttrValue.Builder renamed = value.toBuilder();
    renamed.getListBuilder().clearFunc();
    value.getList().getFuncList().forEach(f -> renamed.getListBuilder().addFunc(reference(f)));
    return renamed.build();
  }

  private NameAttrList reference(NameAttrList function) {
    NameAttrList.Builder renamed = NameAttrList.newBuilder();
    renamed.setName(functionName(function.getName()));
    function.getAttrMap().forEach((key, value) -> renamed.putAttr(key, attribute(value)));
    return renamed.build();
  }

  private String functionName(String name) {
    return functions.contains(name) ? functionPrefix + name : name;
  }
}
