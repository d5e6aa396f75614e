package org.fdistill.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.fdistill.checkpoint.BundleReader;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.data.tfrecord.TfRecordFile;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.proto.serving.PredictRequest;
import org.fdistill.proto.serving.PredictionLog;
import org.fdistill.resample.RelativePositionTable;
import org.fdistill.task.Tasks;
import org.fdistill.teacher.Teacher;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.EagerSession;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.VariableDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

class SavedModelExporterTest {
  private static final int SIDE = TrainedRuns.SIDE;

  /** Evaluation's resized side: 28 / 0.875, so that a file of this side is only cropped. */
  private static final int FILE_SIDE = 32;

  /** One export that several tests read. */
  @TempDir static Path shared;

  private static Exported distilled;

  @TempDir Path folder;

  @BeforeAll
  static void exportOnce() {
    RunConfig run = TrainedRuns.distilled();
    Checkpoint checkpoint = TrainedRuns.write(run, shared.resolve("run"), 40, Map.of("loss", 0.25));
    distilled = SavedModelExporter.export(checkpoint, shared.resolve("export"));
  }

  @Test
  void itAnswersAsTheCheckpointsWeightsDo() {
    Path path = distilled.path();
    assertThat(path).isEqualTo(shared.resolve("export/1"));
    assertThat(distilled.difference()).isBetween(0f, ExportCheck.TOLERANCE);
    assertThat(distilled.parameters()).isEqualTo(9112);
    Map<String, Shape> shapes = call(path, "serving_default", pixels(3));
    assertThat(shapes)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "tokens", Shape.of(3, 17, 16),
                "feature_map", Shape.of(3, 4, 4, 16),
                "cls", Shape.of(3, 16),
                "pooled", Shape.of(3, 16)));
  }

  @Test
  void aSecondExportIsTheNextVersion() throws Exception {
    Files.createDirectories(folder.resolve("export/7"));
    Files.createDirectories(folder.resolve("export/notes"));
    assertThat(exported(TrainedRuns.distilled())).hasFileName("8");
    assertThat(children(folder.resolve("export")))
        .containsExactlyInAnyOrder(".lock", "7", "8", "notes");
  }

  /** TensorFlow gives the entries of a graph's maps in another order each time. */
  @Test
  void theSameCheckpointGivesTheSameBytes() throws Exception {
    Path run = shared.resolve("run/checkpoints/step-40");
    Path again = SavedModelExporter.export(Checkpoint.open(run), folder.resolve("export")).path();
    List<Path> files;
    try (Stream<Path> all = Files.walk(distilled.path())) {
      files = all.filter(Files::isRegularFile).toList();
    }
    assertThat(files).hasSize(7);
    for (Path file : files) {
      assertThat(again.resolve(distilled.path().relativize(file)))
          .hasBinaryContent(Files.readAllBytes(file));
    }
  }

  /** They come in another order in each process. */
  @Test
  void theFunctionsOfTheGraphAreSorted() {
    List<String> names =
        SavedModelFolder.read(distilled.path())
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
  void filesAndPixelsGiveTheSame() {
    Path path = distilled.path();
    byte[] square = noise(FILE_SIDE);
    float[] middle = new float[SIDE * SIDE * 3];
    int margin = (FILE_SIDE - SIDE) / 2;
    for (int i = 0; i < middle.length; i++) {
      int row = i / (SIDE * 3) + margin;
      int column = i / 3 % SIDE + margin;
      middle[i] = square[(row * FILE_SIDE + column) * 3 + i % 3] & 0xff;
    }
    try (TFloat32 pixels = TFloat32.tensorOf(Shape.of(1, SIDE, SIDE, 3), DataBuffers.of(middle));
        TString file = TString.tensorOfBytes(NdArrays.vectorOfObjects(png(square, FILE_SIDE)))) {
      float[] fromPixels = tokens(path, "serving_default", pixels);
      float[] fromFile = tokens(path, "image_bytes", file);
      assertThat(fromFile).containsExactly(fromPixels, within(1e-6f));
    }
  }

  @Test
  void theGraphIsFitForServing() {
    Path path = distilled.path();
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
    meta.getSignatureDefMap().values().forEach(SavedModelExporterTest::assertServable);
    assertThat(meta.getSignatureDefMap())
        .containsOnlyKeys("serving_default", "features", "image_bytes");
    SignatureDef features = meta.getSignatureDefOrThrow("features");
    assertThat(features.getOutputsMap()).containsOnlyKeys("block_00", "block_01");
    assertThat(features.getInputsMap()) // one network answers both
        .isEqualTo(meta.getSignatureDefOrThrow("serving_default").getInputsMap());
  }

  @Test
  void pythonFindsACallAndListsOfVariables() {
    MetaGraphDef meta = SavedModelFolder.read(distilled.path()).metaGraph();
    List<SavedObject> nodes = meta.getObjectGraphDef().getNodesList();
    Map<String, SavedObject> root = new HashMap<>();
    nodes
        .get(0)
        .getChildrenList()
        .forEach(c -> root.put(c.getLocalName(), nodes.get(c.getNodeId())));
    assertThat(root).containsKeys("__call__", "features", "signatures", "regularization_losses");
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
    Path path = distilled.path();
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
  void aClassifierGivesLogitsAndProbabilities() {
    Path path = exported(TrainedRuns.classified());
    assertThat(call(path, "serving_default", pixels(2)))
        .containsEntry("logits", Shape.of(2, 5))
        .containsEntry("probabilities", Shape.of(2, 5))
        .containsKey("tokens");
  }

  @Test
  void anExportServesAsATeacher() {
    Path path = distilled.path();
    TeacherConfig config = TeacherConfig.newBuilder().setPath(path.getParent().toString()).build();
    Teacher teacher = Teacher.open(config, SIDE);
    assertThat(teacher.name()).isEqualTo("tiny");
    assertThat(teacher.prefixTokens()).isEqualTo(1);
    assertThat(teacher.width()).isEqualTo(16);
    assertThat(teacher.description().getLicence()).contains("CC BY 4.0");
    try (Graph graph = new Graph();
        TUint8 bytes = TUint8.tensorOf(Shape.of(1, SIDE, SIDE, 3), DataBuffers.of(noise(SIDE)))) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> tokens = teacher.build(tf, tf.constantOf(bytes)).tokens();
      try (Session session = new Session(graph)) {
        teacher.restore(session);
        try (Result result = session.runner().fetch(tokens).run();
            TFloat32 pixels = pixels(1)) {
          float[] expected = tokens(path, "serving_default", pixels);
          assertThat(floats(result.get(0))).containsExactly(expected, within(1e-6f));
        }
      }
    }
  }

  @Test
  void warmUpRequestsNameEachSignature() throws Exception {
    Path file = distilled.path().resolve("assets.extra/tf_serving_warmup_requests");
    List<String> called = new ArrayList<>();
    for (long offset : TfRecordFile.offsets(file)) {
      PredictRequest request =
          PredictionLog.parseFrom(TfRecordFile.read(file, offset)).getPredictLog().getRequest();
      called.add(request.getModelSpec().getSignatureName());
      TensorProto input = TensorProto.parseFrom(request.getInputsMap().values().iterator().next());
      assertThat(input.getTensorShape().getDim(0).getSize()).isEqualTo(2);
    }
    assertThat(called).containsExactly("serving_default", "features", "image_bytes");
  }

  @Test
  void theModelCardTellsWhereTheModelComesFrom() throws Exception {
    Path card = distilled.path().resolve("assets.extra/model_card.md");
    assertThat(Files.readString(card))
        .contains(
            "# tiny", "pixel values from 0 to 255", "savedmodels/somebody", "CC BY 4.0", "read it")
        .contains("validation loss: 0.25", "step: 40", "Made for a test.", "patch_size: 7")
        .contains("`tokens` float32 [batch, 17, 16]", "fdistill", "tensorflow 2.18");
  }

  /** The resampling itself is compared with SciPy's where it is tested. */
  @Test
  void anotherImageSizeResamplesPositionsAndNothingElse() throws Exception {
    Checkpoint checkpoint = checkpoint(TrainedRuns.classified());
    Path path =
        SavedModelExporter.export(
                checkpoint,
                Tasks.students(checkpoint.runConfig()).get(0),
                List.of(2 * SIDE),
                folder.resolve("x"))
            .get(0)
            .path();
    try (BundleReader trained = new BundleReader(checkpoint.prefix());
        BundleReader larger = new BundleReader(path.resolve("variables/variables"))) {
      for (Map.Entry<String, Shape> variable : larger.shapes().entrySet()) {
        float[] expected = trained.read(variable.getKey());
        if (variable.getKey().endsWith("rel_pos_bias/table")) {
          assertThat(variable.getValue().get(0)).isEqualTo(15 * 15 + 3);
          expected = new RelativePositionTable(4, 3, 2).resize(8, expected);
        }
        assertThat(larger.read(variable.getKey())).as(variable.getKey()).isEqualTo(expected);
      }
      assertThat(larger.shapes()).containsKeys("student/rel_pos_bias/table", "head/kernel");
    }
    assertThat(Files.readString(path.resolve("assets.extra/model_card.md")))
        .contains("images of 56 x 56", "image size: 28; positions are resampled");
  }

  private Checkpoint checkpoint(RunConfig run) {
    return TrainedRuns.write(run, folder.resolve("run"), 40, Map.of("loss", 0.25));
  }

  private Path exported(RunConfig run) {
    return SavedModelExporter.export(checkpoint(run), folder.resolve("export")).path();
  }

  private static List<String> children(Path path) throws Exception {
    try (Stream<Path> children = Files.list(path)) {
      return children.map(child -> child.getFileName().toString()).toList();
    }
  }

  private static Map<String, Shape> call(Path path, String signature, Tensor input) {
    Map<String, Shape> shapes = new java.util.HashMap<>();
    try (input;
        SavedModelBundle bundle = SavedModelBundle.load(path.toString(), "serve");
        Result result = bundle.function(signature).call(Map.of("images", input))) {
      result.forEach(entry -> shapes.put(entry.getKey(), entry.getValue().shape()));
    }
    return shapes;
  }

  private static float[] tokens(Path path, String signature, Tensor input) {
    try (SavedModelBundle bundle = SavedModelBundle.load(path.toString(), "serve")) {
      SignatureDef called = bundle.metaGraphDef().getSignatureDefOrThrow(signature);
      String name = called.getInputsMap().values().iterator().next().getName();
      String output = called.getOutputsOrThrow("tokens").getName();
      try (Result result = bundle.session().runner().feed(name, input).fetch(output).run()) {
        return floats(result.get(0));
      }
    }
  }

  private static float[] floats(Tensor tensor) {
    float[] values = new float[(int) tensor.size()];
    ((TFloat32) tensor).copyTo(DataBuffers.of(values, false, false));
    return values;
  }

  private static TFloat32 pixels(int batch) {
    byte[] bytes = noise(SIDE);
    float[] values = new float[batch * bytes.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = bytes[i % bytes.length] & 0xff;
    }
    return TFloat32.tensorOf(Shape.of(batch, SIDE, SIDE, 3), DataBuffers.of(values));
  }

  private static byte[] noise(int side) {
    byte[] bytes = new byte[side * side * 3];
    new java.util.Random(5).nextBytes(bytes);
    return bytes;
  }

  private static byte[] png(byte[] pixels, int side) {
    try (EagerSession eager = EagerSession.create();
        TUint8 image = TUint8.tensorOf(Shape.of(side, side, 3), DataBuffers.of(pixels))) {
      Ops tf = Ops.create(eager);
      return tf.image.encodePng(tf.constantOf(image)).asTensor().asBytes().getObject();
    }
  }
}
