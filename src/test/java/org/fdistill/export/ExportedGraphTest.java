package org.fdistill.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fdistill.checkpoint.BundleReader;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.serving.PredictRequest;
import org.fdistill.proto.serving.PredictionLog;
import org.fdistill.testing.TfRecords;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.VariableDef;

/** What lies in an export's SavedModel: its graph, its signatures, what Python reads. */
class ExportedGraphTest {
  @TempDir static Path shared;

  private static Path path;

  @BeforeAll
  static void export() {
    RunConfig run = TrainedRuns.distilled();
    Checkpoint checkpoint = TrainedRuns.write(run, shared.resolve("run"), 40, Map.of("loss", 0.25));
    path = SavedModelExporter.export(checkpoint, shared.resolve("export")).path();
  }

  /** They come in another order in each process. */
  @Test
  void theFunctionsOfTheGraphAreSorted() {
    List<String> names =
        SavedModelFolder.read(path)
            .metaGraph()
            .getGraphDef()
            .getLibrary()
            .getFunctionList()
            .stream()
            .map(function -> function.getSignature().getName())
            .toList();
    assertThat(names).hasSizeGreaterThan(1).isSorted();
  }

  @Test
  void theGraphIsFitForServing() {
    MetaGraphDef meta = SavedModelFolder.read(path).metaGraph();
    List<NodeDef> nodes = new ArrayList<>(meta.getGraphDef().getNodeList());
    meta.getGraphDef()
        .getLibrary()
        .getFunctionList()
        .forEach(f -> nodes.addAll(f.getNodeDefList()));
    assertThat(nodes).allMatch(node -> node.getDevice().isEmpty());
    assertThat(nodes)
        .extracting(NodeDef::getOp)
        .contains("EnsureShape", "IgnoreErrorsDataset", "VarHandleOp")
        .doesNotContain(
            "IdentityN", "StopGradient", "StatelessRandomUniformV2", "StatelessRandomUniform");
    assertThat(nodes).noneMatch(node -> node.getName().contains("projector"));
    assertThat(meta.getMetaInfoDef().getStrippedDefaultAttrs()).isTrue();
    meta.getSignatureDefMap().values().forEach(ExportedGraphTest::assertServable);
    assertThat(meta.getSignatureDefMap())
        .containsOnlyKeys("serving_default", "features", "image_bytes");
    SignatureDef features = meta.getSignatureDefOrThrow("features");
    assertThat(features.getOutputsMap()).containsOnlyKeys("block_00", "block_01");
    assertThat(features.getInputsMap()) // one network answers both
        .isEqualTo(meta.getSignatureDefOrThrow("serving_default").getInputsMap());
  }

  @Test
  void pythonFindsACallAndListsOfVariables() {
    MetaGraphDef meta = SavedModelFolder.read(path).metaGraph();
    List<SavedObject> nodes = meta.getObjectGraphDef().getNodesList();
    Map<String, SavedObject> root = new HashMap<>();
    nodes
        .get(0)
        .getChildrenList()
        .forEach(c -> root.put(c.getLocalName(), nodes.get(c.getNodeId())));
    assertThat(root).containsKeys("__call__", "features", "signatures", "regularization_losses");
    assertThat(root.get("__call__").getFunction().getConcreteFunctionsList())
        .as("of floats and of bytes")
        .extracting(name -> name.startsWith("uint8_"))
        .containsExactly(false, true);
    int variables = meta.getCollectionDefOrThrow("variables").getBytesList().getValueCount();
    assertThat(root.get("trainable_variables").getChildrenList()).hasSize(variables);
    assertThat(root.get("variables").getChildrenList()).hasSize(variables);
    Set<String> library = new HashSet<>();
    meta.getGraphDef()
        .getLibrary()
        .getFunctionList()
        .forEach(function -> library.add(function.getSignature().getName()));
    assertThat(library).containsAll(meta.getObjectGraphDef().getConcreteFunctionsMap().keySet());
  }

  private static void assertServable(SignatureDef signature) {
    assertThat(signature.getMethodName()).isEqualTo("tensorflow/serving/predict");
    signature
        .getInputsMap()
        .values()
        .forEach(info -> assertThat(info.getTensorShape().getDim(0).getSize()).isEqualTo(-1));
    signature
        .getOutputsMap()
        .values()
        .forEach(info -> assertThat(info.getTensorShape().getDim(0).getSize()).isEqualTo(-1));
  }

  @Test
  void everyVariableIsInTheCollectionsThatPythonReads() throws Exception {
    MetaGraphDef meta = SavedModelFolder.read(path).metaGraph();
    List<String> nodes = meta.getGraphDef().getNodeList().stream().map(NodeDef::getName).toList();
    List<String> names = new ArrayList<>();
    for (var bytes :
        meta.getCollectionDefOrThrow("trainable_variables").getBytesList().getValueList()) {
      VariableDef variable = VariableDef.parseFrom(bytes);
      assertThat(variable.getIsResource()).isTrue();
      assertThat(nodes)
          .contains(
              variable.getInitializerName(),
              variable.getSnapshotName().replace(":0", ""),
              variable.getInitialValueName().replace(":0", ""));
      names.add(variable.getVariableName().replace(":0", ""));
    }
    assertThat(meta.getCollectionDefOrThrow("variables"))
        .isEqualTo(meta.getCollectionDefOrThrow("trainable_variables"));
    try (BundleReader bundle = new BundleReader(path.resolve("variables/variables"))) {
      assertThat(names).containsExactlyInAnyOrderElementsOf(bundle.shapes().keySet());
    }
    assertThat(names)
        .contains("student/blocks/01/attn/qkv/kernel")
        .allMatch(n -> n.startsWith("student/"));
  }

  @Test
  void warmUpRequestsNameEachSignature() throws Exception {
    Path file = path.resolve("assets.extra/tf_serving_warmup_requests");
    List<String> called = new ArrayList<>();
    for (byte[] record : TfRecords.of(file)) {
      PredictRequest request = PredictionLog.parseFrom(record).getPredictLog().getRequest();
      called.add(request.getModelSpec().getSignatureName());
      TensorProto input = TensorProto.parseFrom(request.getInputsMap().values().iterator().next());
      assertThat(input.getTensorShape().getDim(0).getSize()).isEqualTo(2);
    }
    assertThat(called).containsExactly("serving_default", "features", "image_bytes");
  }
}
