package org.fdistill.graph;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

class ModelNamespaceTest {
  @Test
  void variablesAreNamedWithinTheScope() {
    assertThat(sharedName(node("VarHandleOp", "v").putAttr("shared_name", text("w"))))
        .isEqualTo("teacher/a/w");
    assertThat(sharedName(node("VariableV2", "v"))).isEqualTo("teacher/a/v");
    assertThat(sharedName(node("HashTableV2", "table"))).isEqualTo("teacher/a/table");
  }

  @Test
  void otherResourcesThatAreNobodyElsesStayPrivate() {
    assertThat(sharedName(node("FIFOQueueV2", "queue"))).isEmpty();
    assertThat(sharedName(node("FIFOQueueV2", "queue").putAttr("shared_name", text("q"))))
        .isEqualTo("teacher/a/q");
  }

  @Test
  void functionsAreRenamedWhereverTheyAreNamed() {
    NameAttrList nested =
        NameAttrList.newBuilder().setName("outer").putAttr("f", call("inner")).build();
    GraphDef.Builder graph = GraphDef.newBuilder();
    graph.addNode(node("inner", "as_op"));
    graph.addNode(
        node("PartitionedCall", "nested")
            .putAttr("f", AttrValue.newBuilder().setFunc(nested).build()));
    AttrValue.Builder branches = AttrValue.newBuilder();
    branches.getListBuilder().addFunc(call("inner").getFunc()).addFunc(call("outer").getFunc());
    graph.addNode(node("Case", "branches").putAttr("branches", branches.build()));
    graph.getLibraryBuilder().addFunction(function("inner", node("VariableV2", "v")));
    graph.getLibraryBuilder().addFunction(function("outer", node("inner", "call")));

    GraphDef renamed = ModelNamespace.apply("teacher/a", graph.build());
    assertThat(renamed.getNode(0).getOp()).isEqualTo("teacher_a__inner");
    NameAttrList outer = renamed.getNode(1).getAttrOrThrow("f").getFunc();
    assertThat(outer.getName()).isEqualTo("teacher_a__outer");
    assertThat(outer.getAttrOrThrow("f").getFunc().getName()).isEqualTo("teacher_a__inner");
    assertThat(renamed.getNode(2).getAttrOrThrow("branches").getList().getFuncList())
        .extracting(NameAttrList::getName)
        .containsExactly("teacher_a__inner", "teacher_a__outer");
    FunctionDef body = renamed.getLibrary().getFunction(0);
    assertThat(body.getSignature().getName()).isEqualTo("teacher_a__inner");
    assertThat(body.getNodeDef(0).getAttrOrThrow("shared_name").getS().toStringUtf8())
        .isEqualTo("teacher/a/inner/v");
    assertThat(renamed.getLibrary().getFunction(1).getNodeDef(0).getOp())
        .isEqualTo("teacher_a__inner");
  }

  @Test
  void devicesAndColocationAreDropped() {
    NodeDef.Builder node =
        node("MatMul", "m").setDevice("/device:GPU:1").putAttr("_class", text("x"));
    NodeDef renamed = renamed(node);
    assertThat(renamed.getDevice()).isEmpty();
    assertThat(renamed.getAttrMap()).doesNotContainKey("_class");
  }

  @Test
  void attributesOfANewerTensorFlowAreDroppedAtTheirDefaultsOnly() {
    OpDef.Builder relu = OpDef.newBuilder().setName("Relu");
    relu.addAttrBuilder().setName("novelty").setType("int").setDefaultValue(number(1));
    MetaGraphDef.Builder meta = MetaGraphDef.newBuilder();
    meta.getMetaInfoDefBuilder().getStrippedOpListBuilder().addOp(relu);
    meta.getGraphDefBuilder().addNode(node("Relu", "usual").putAttr("novelty", number(1)));
    meta.getGraphDefBuilder().addNode(node("Relu", "new").putAttr("novelty", number(2)));
    GraphDef readable = RuntimeOps.readable(meta.build());
    assertThat(readable.getNode(0).getAttrMap()).isEmpty();
    assertThat(readable.getNode(1).getAttrMap()).containsKey("novelty");
  }

  private static String sharedName(NodeDef.Builder node) {
    return renamed(node)
        .getAttrOrDefault("shared_name", AttrValue.getDefaultInstance())
        .getS()
        .toStringUtf8();
  }

  private static NodeDef renamed(NodeDef.Builder node) {
    return ModelNamespace.apply("teacher/a", GraphDef.newBuilder().addNode(node).build())
        .getNode(0);
  }

  private static NodeDef.Builder node(String op, String name) {
    return NodeDef.newBuilder().setOp(op).setName(name);
  }

  private static FunctionDef function(String name, NodeDef.Builder body) {
    FunctionDef.Builder function = FunctionDef.newBuilder().addNodeDef(body);
    function.getSignatureBuilder().setName(name);
    return function.build();
  }

  private static AttrValue text(String value) {
    return AttrValue.newBuilder().setS(ByteString.copyFromUtf8(value)).build();
  }

  private static AttrValue number(long value) {
    return AttrValue.newBuilder().setI(value).build();
  }

  private static AttrValue call(String function) {
    return AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(function)).build();
  }
}
