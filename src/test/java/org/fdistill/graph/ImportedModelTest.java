package org.fdistill.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.fdistill.testing.Golden;
import org.fdistill.testing.Input;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.types.TFloat32;

class ImportedModelTest {
  /** The same kernels as Python's, in sums of some 200 products of order one. */
  private static final float TOLERANCE = 1e-5f;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"tf1-graph", "tf2-functions"})
  void aModelWrittenByPythonGivesWhatItGivesInPython(String name) {
    Golden golden = Golden.open("teachers");
    ImportedModel model = golden(name, "teacher/one");
    try (Graph graph = new Graph()) {
      Placeholder<TFloat32> images = images(graph);
      Output<?> tokens = model.build(graph, images.asOutput());
      try (Session session = TestSession.open(graph)) {
        model.restore(session);
        assertSame(answer(session, images, tokens), golden.array(name).floats());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tf1-graph", "tf2-functions"})
  void twoUsesInOneGraphShareTheirWeights(String name) {
    Golden golden = Golden.open("teachers");
    ImportedModel model = golden(name, "teacher/one");
    try (Graph graph = new Graph()) {
      Placeholder<TFloat32> images = images(graph);
      model.build(graph, images.asOutput());
      Output<?> second = model.build(graph, images.asOutput());
      assertThat(second.op().name()).startsWith("teacher/one/use_2/");
      assertThat(graph.operation("teacher/one/use_2/save/restore_all")).isNull();
      try (Session session = TestSession.open(graph)) {
        model.restore(session);
        assertSame(answer(session, images, second), golden.array(name).floats());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tf1-graph", "tf2-functions"})
  void restoringWorksInAGraphMadeFromTheGraphDef(String name) {
    Golden golden = Golden.open("teachers");
    ImportedModel model = golden(name, "teacher/one");
    try (Graph built = new Graph();
        Graph graph = new Graph()) {
      Output<?> tokens = model.build(built, images(built).asOutput());
      graph.importGraphDef(built.toGraphDef());
      try (Session session = TestSession.open(graph);
          TFloat32 batch = batch(golden.input("images"))) {
        model.restore(session);
        try (Result result =
            session
                .runner()
                .feed("images", batch)
                .fetch(tokens.op().name(), tokens.index())
                .run()) {
          assertSame(floats((TFloat32) result.get(0)), golden.array(name).floats());
        }
      }
    }
  }

  /** Three products of rounded values in a row, each rounding off by 0.0011 in the mean square. */
  @ParameterizedTest
  @ValueSource(strings = {"tf1-graph", "tf2-functions"})
  void productsInBfloat16MoveTheOutputByTheirRounding(String name) {
    Golden golden = Golden.open("teachers");
    ImportedModel model = golden(name, "teacher/one", Precision.BFLOAT16);
    try (Graph graph = new Graph()) {
      Placeholder<TFloat32> images = images(graph);
      Output<?> first = model.build(graph, images.asOutput());
      Output<?> second = model.build(graph, images.asOutput());
      try (Session session = TestSession.open(graph)) {
        model.restore(session);
        float[] answer = answer(session, images, first);
        assertThat(distance(answer, golden.array(name).floats())).isBetween(1e-4, 6 * 0.0011);
        assertThat(answer(session, images, second)).isEqualTo(answer);
      }
    }
  }

  /** One cast of a weight would cost a pass over it in each step. */
  @ParameterizedTest
  @ValueSource(strings = {"tf1-graph", "tf2-functions"})
  void weightsInBfloat16AreCastOnceAndProductsOfFunctionsTakeThem(String name) {
    ImportedModel model = golden(name, "teacher/one", Precision.BFLOAT16);
    try (Graph graph = new Graph()) {
      Output<?> output = model.build(graph, images(graph).asOutput());
      Subgraph parts = new Subgraph(graph.toGraphDef());
      Set<String> step = parts.needed(List.of(output.op().name()));
      List<NodeDef> nodes = step.stream().map(parts::node).toList();
      assertThat(nodes).noneMatch(node -> node.getOp().contains("PartitionedCall"));
      assertThat(nodes)
          .filteredOn(node -> Set.of("MatMul", "Conv2D", "Einsum").contains(node.getOp()))
          .hasSize(3)
          .allMatch(node -> node.getAttrOrThrow("T").getType() == DataType.DT_BFLOAT16);
      assertThat(nodes)
          .filteredOn(node -> node.getOp().equals("Cast"))
          .isNotEmpty()
          .allMatch(node -> parts.needed(List.of(node.getName())).contains("images"));
    }
  }

  @Test
  void float32WeightsThatNothingReadsAreGivenBack() {
    ImportedModel model = golden("tf2-functions", "teacher/one", Precision.BFLOAT16);
    try (Graph graph = new Graph()) {
      Placeholder<TFloat32> images = images(graph);
      Output<?> output = model.build(graph, images.asOutput());
      long releases =
          graph.toGraphDef().getNodeList().stream()
              .filter(node -> node.getOp().equals("DestroyResourceOp"))
              .count();
      assertThat(releases).isEqualTo(5);
      try (Session session = TestSession.open(graph)) {
        model.restore(session);
        float[] answer = answer(session, images, output);
        model.restore(session);
        assertThat(answer(session, images, output)).isEqualTo(answer);
      }
    }
  }

  @Test
  void modelsWithFunctionsStandSideBySide() {
    Golden golden = Golden.open("teachers");
    ImportedModel one = golden("tf2-functions", "teacher/one");
    ImportedModel two = golden("tf2-functions", "teacher/two");
    try (Graph graph = new Graph()) {
      Placeholder<TFloat32> images = images(graph);
      one.build(graph, images.asOutput());
      Output<?> second = two.build(graph, images.asOutput());
      try (Session session = TestSession.open(graph)) {
        two.restore(session);
        assertSame(answer(session, images, second), golden.array("tf2-functions").floats());
      }
    }
  }

  @Test
  void variablesOfTheSameNameInTwoModelsStayApart() {
    Shape shape = Shape.of(-1, 2);
    ImportedModel two = timesVariable("two", shape, 2);
    ImportedModel three = timesVariable("three", shape, 3);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Output<TFloat32> ones = tf.constant(new float[][] {{1, 1}}).asOutput();
      Output<?> twos = two.build(graph, ones);
      Output<?> threes = three.build(graph, ones);
      Output<?> again = two.build(graph, ones);
      try (Session session = TestSession.open(graph)) {
        two.restore(session);
        three.restore(session);
        try (Result result = session.runner().fetch(twos).fetch(threes).fetch(again).run()) {
          assertThat(((TFloat32) result.get(0)).getFloat(0, 0)).isEqualTo(2);
          assertThat(((TFloat32) result.get(1)).getFloat(0, 0)).isEqualTo(3);
          assertThat(((TFloat32) result.get(2)).getFloat(0, 0)).isEqualTo(2);
        }
      }
    }
  }

  @Test
  void largeConstantsOfAFrozenModelAreThereOnce() {
    Path path =
        ModelFiles.frozen(
            folder.resolve("frozen"),
            Shape.of(-1, 1000),
            (tf, x) ->
                ModelFiles.outputs(
                    "y", tf.math.add(x, tf.withName("large").constant(new float[1000]))));
    ImportedModel model = model(path, "teacher/frozen", "y");
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Output<TFloat32> x = tf.constant(new float[1][1000]).asOutput();
      model.build(graph, x);
      Output<?> second = model.build(graph, x);
      assertThat(graph.toGraphDef().getNodeList())
          .filteredOn(node -> node.getName().endsWith("/large"))
          .singleElement()
          .returns("teacher/frozen/large", NodeDef::getName)
          .returns(Shape.of(1000), node -> graph.operation(node.getName()).output(0).shape());
      try (Session session = TestSession.open(graph)) {
        model.restore(session);
        try (Result result = session.runner().fetch(second).run()) {
          assertThat(result.get(0).shape()).isEqualTo(Shape.of(1, 1000));
        }
      }
    }
  }

  @Test
  void onlyWhatIsNeededIsImported() {
    ImportedModel model = golden("tf1-graph", "teacher/one");
    try (Graph graph = new Graph()) {
      model.build(graph, images(graph).asOutput());
      assertThat(model.restoreOperations()).contains("RestoreV2").doesNotContain("SaveV2");
      assertThat(model.inferenceOperations()).contains("Conv2D").doesNotContain("RestoreV2");
      assertThat(graph.toGraphDef().getNodeList())
          .noneMatch(node -> node.getOp().startsWith("Save"))
          .noneMatch(node -> node.getName().equals("teacher/one/images"));
    }
  }

  @Test
  void callsAreInlinedUnlessXlaMustCompileThem() {
    GraphDef calling =
        FunctionGraphs.calling(
            DataType.DT_FLOAT,
            FunctionGraphs.function(
                "f", DataType.DT_FLOAT, FunctionGraphs.identity("same", "x", DataType.DT_FLOAT)));
    assertThat(operations(calling)).doesNotContain("StatefulPartitionedCall");
    GraphDef.Builder compiled = calling.toBuilder();
    compiled
        .getNodeBuilder(1)
        .putAttr("_XlaMustCompile", AttrValue.newBuilder().setB(true).build());
    assertThat(operations(compiled.build())).contains("StatefulPartitionedCall");
  }

  /** The types of the ops that a graph of {@code images} and {@code out} brings. */
  private List<String> operations(GraphDef definition) {
    MetaGraphDef meta = MetaGraphDef.newBuilder().setGraphDef(definition).build();
    SavedModelFolder written = new SavedModelFolder(folder, meta);
    ImportedModel model =
        new ImportedModel(written, "teacher/calls", "images:0", "out:0", Precision.FLOAT32);
    try (Graph graph = new Graph()) {
      model.build(graph, Ops.create(graph).constant(1f).asOutput());
      return graph.toGraphDef().getNodeList().stream().map(NodeDef::getOp).toList();
    }
  }

  private ImportedModel timesVariable(String name, Shape shape, float w) {
    return model(
        ModelFiles.timesVariable(folder.resolve(name), shape, w), "teacher/" + name, "tokens");
  }

  private static double distance(float[] a, float[] b) {
    double difference = 0;
    double size = 0;
    for (int i = 0; i < b.length; i++) {
      difference += Math.pow((double) a[i] - b[i], 2);
      size += Math.pow(b[i], 2);
    }
    return Math.sqrt(difference / size);
  }

  private static ImportedModel golden(String name, String scope) {
    return golden(name, scope, Precision.FLOAT32);
  }

  private static ImportedModel golden(String name, String scope, Precision precision) {
    return model(Golden.resource("teachers/" + name), scope, "tokens", precision);
  }

  private static ImportedModel model(Path path, String scope, String output) {
    return model(path, scope, output, Precision.FLOAT32);
  }

  private static ImportedModel model(Path path, String scope, String output, Precision precision) {
    SavedModelFolder folder = SavedModelFolder.read(path);
    MetaGraphDef meta = folder.metaGraph();
    SignatureDef signature = meta.getSignatureDefOrThrow("serving_default");
    return new ImportedModel(
        folder,
        scope,
        signature.getInputsOrThrow("images").getName(),
        signature.getOutputsOrThrow(output).getName(),
        precision);
  }

  private static Placeholder<TFloat32> images(Graph graph) {
    Ops tf = Ops.create(graph);
    return tf.withName("images")
        .placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 32, 32, 3)));
  }

  private static float[] answer(Session session, Placeholder<TFloat32> images, Output<?> tokens) {
    try (TFloat32 batch = batch(Golden.open("teachers").input("images"));
        Result result = session.runner().feed(images, batch).fetch(tokens).run()) {
      return floats((TFloat32) result.get(0));
    }
  }

  private static TFloat32 batch(Input input) {
    return TFloat32.tensorOf(Shape.of(input.shape()), DataBuffers.of(input.values()));
  }

  private static float[] floats(TFloat32 tensor) {
    float[] values = new float[(int) tensor.size()];
    tensor.copyTo(DataBuffers.of(values, false, false));
    return values;
  }

  private static void assertSame(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected).containsExactly(expected, within(TOLERANCE));
  }
}
