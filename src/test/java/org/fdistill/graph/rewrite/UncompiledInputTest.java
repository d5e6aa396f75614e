package org.fdistill.graph.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;

class UncompiledInputTest {
  @Test
  void functionsOfDataSetsAndWhatTheyCallAreLeftByXla() {
    GraphDef.Builder graph = GraphDef.newBuilder();
    graph.addNode(calling("train_data/map", "ParallelMapDatasetV2", "view"));
    graph.addNode(calling("teacher/call", "PartitionedCall", "teacher"));
    graph.getLibraryBuilder().addFunction(function("view", calling("of", "StatelessCase", "turn")));
    graph.getLibraryBuilder().addFunction(function("turn", calling("again", "twice", "view")));
    graph.getLibraryBuilder().addFunction(function("twice", node("y", "Mul")));
    graph.getLibraryBuilder().addFunction(function("teacher", node("y", "MatMul")));
    GraphDef marked = UncompiledInput.mark(graph.build());
    assertThat(marked.getNodeList()).isEqualTo(graph.getNodeList());
    for (FunctionDef function : marked.getLibrary().getFunctionList()) {
      NodeDef node = function.getNodeDef(0);
      if (function.getSignature().getName().equals("teacher")) {
        assertThat(node.containsAttr("_XlaCompile")).isFalse();
      } else {
        assertThat(node.getAttrOrThrow("_XlaCompile").hasB()).as(node.getName()).isTrue();
        assertThat(node.getAttrOrThrow("_XlaCompile").getB()).as(node.getName()).isFalse();
      }
    }
  }

  @Test
  void aGraphWithoutDataSetsStays() {
    GraphDef graph = GraphDef.newBuilder().addNode(calling("call", "PartitionedCall", "f")).build();
    assertThat(UncompiledInput.mark(graph)).isSameAs(graph);
  }

  private static NodeDef node(String name, String op) {
    return NodeDef.newBuilder().setName(name).setOp(op).build();
  }

  /** As an element of a list, in which a Case has its branches. */
  private static NodeDef calling(String name, String op, String function) {
    AttrValue.ListValue.Builder functions = AttrValue.ListValue.newBuilder();
    functions.addFunc(NameAttrList.newBuilder().setName(function));
    return node(name, op).toBuilder()
        .putAttr("f", AttrValue.newBuilder().setList(functions).build())
        .build();
  }

  private static FunctionDef function(String name, NodeDef body) {
    FunctionDef.Builder function = FunctionDef.newBuilder().addAllNodeDef(List.of(body));
    function.getSignatureBuilder().setName(name);
    return function.build();
  }
}
