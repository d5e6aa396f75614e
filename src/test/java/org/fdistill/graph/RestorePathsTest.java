package org.fdistill.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fdistill.graph.FunctionGraphs.call;
import static org.fdistill.graph.FunctionGraphs.function;
import static org.fdistill.graph.FunctionGraphs.identity;
import static org.fdistill.graph.FunctionGraphs.node;

import java.util.List;
import org.fdistill.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

class RestorePathsTest {
  private static final DataType STRING = DataType.DT_STRING;

  @ParameterizedTest
  @ValueSource(strings = {"tf1-graph", "tf2-functions"})
  void saversThatPythonWritesReadTheirOwnFiles(String name) {
    ImportedModel model =
        new ImportedModel(
            SavedModelFolder.read(Golden.resource("teachers/" + name)),
            "teacher/one",
            name.startsWith("tf1") ? "images:0" : "serving_default_images:0",
            name.startsWith("tf1") ? "tokens:0" : "StatefulPartitionedCall:0",
            Precision.FLOAT32);
    assertThat(model.restoreOperations()).contains("RestoreV2");
    assertThat(model.foreignRestores()).isEmpty();
  }

  @Test
  void theFedPathItselfIsTheModels() {
    assertThat(foreign(graph(restore("path"))))
        .as("also where the graph has a default for it")
        .isEmpty();
    assertThat(foreign(graph(identity("same", "path:0", STRING), restore("same")))).isEmpty();
  }

  @Test
  void aPathThatTheGraphHoldsIsForeign() {
    assertThat(foreign(graph(node("other", "Const").build(), restore("other"))))
        .containsExactly("RestoreV2 (restore)");
  }

  @Test
  void aPathThatIsMadeOfTheFedOneIsForeign() {
    NodeDef beside = node("beside", "StringJoin", "path", "suffix").build();
    assertThat(foreign(graph(node("suffix", "Const").build(), beside, restore("beside"))))
        .containsExactly("RestoreV2 (restore)");
    assertThat(foreign(graph(restore("path:1")))).as("another output").hasSize(1);
    assertThat(foreign(graph(node("restore", "RestoreV2").build()))).as("no input").hasSize(1);
  }

  @Test
  void aCircleOfIdentitiesIsForeign() {
    assertThat(foreign(graph(identity("a", "b", STRING), identity("b", "a", STRING), restore("a"))))
        .hasSize(1);
  }

  @Test
  void functionsGetThePathAsAnArgument() {
    FunctionDef good =
        function("good", STRING, identity("same", "x", STRING), restore("same:output:0"));
    FunctionDef bad =
        function("bad", STRING, node("other", "Const").build(), restore("other:output:0"));
    FunctionDef outer = function("outer", STRING, call("inner", "x", "good", STRING));
    NodeDef constant = node("other", "Const").build();
    assertThat(foreign(graph(call("restore", "path", "outer", STRING)), outer, good)).isEmpty();
    assertThat(foreign(graph(call("restore", "path", "bad", STRING)), bad)).hasSize(1);
    assertThat(foreign(graph(constant, call("restore", "other", "outer", STRING)), outer, good))
        .as("one and the same function, called with another path")
        .hasSize(1);
  }

  /** A branch gets its arguments after the condition: what it restores from is not followed. */
  @Test
  void branchesMayNotRestore() {
    FunctionDef good = function("good", STRING, restore("x"));
    NodeDef branch = call("restore", "path", "good", STRING).toBuilder().setOp("If").build();
    assertThat(foreign(graph(branch), good)).hasSize(1);
  }

  private static List<String> foreign(GraphDef graph, FunctionDef... functions) {
    GraphDef.Builder whole = graph.toBuilder();
    whole.getLibraryBuilder().addAllFunction(List.of(functions));
    Subgraph parts = new Subgraph(whole.build());
    return RestorePaths.foreign(parts, parts.needed(List.of("restore")), "path:0");
  }

  private static GraphDef graph(NodeDef... nodes) {
    return GraphDef.newBuilder()
        .addNode(node("path", "PlaceholderWithDefault", "default"))
        .addNode(node("default", "Const"))
        .addAllNode(List.of(nodes))
        .build();
  }

  private static NodeDef restore(String path) {
    return node("restore", "RestoreV2", path).build();
  }
}
