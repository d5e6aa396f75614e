package org.fdistill.graph.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.fdistill.testing.DeterministicValues;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

class BiasedProductsTest {
  private static final long ROWS = 4;
  private static final long SUMMED = 64;
  private static final long COLUMNS = 32;

  private final TinyGraph built = new TinyGraph();
  private final Graph graph = built.graph();
  private final Ops tf = built.tf();
  private Operand<TBfloat16> x;

  @BeforeEach
  void input() {
    x = half(built.input("x", Shape.of(ROWS, SUMMED)));
  }

  @AfterEach
  void close() {
    built.close();
  }

  @Test
  void productsWithABiasChange() {
    biased("found", x, SUMMED);
    assertThat(typeAfter("found")).isEqualTo("BatchMatMulV2");
  }

  @Test
  void productsThatAreFasterJoinedStay() {
    biased("deep", half(built.input("long", Shape.of(ROWS, 1024))), 1024);
    biased("of_unknown_rows", half(built.input("any", Shape.of(-1, SUMMED))), SUMMED);
    biased("in_float32", built.input("full", Shape.of(ROWS, SUMMED)), SUMMED);
    product("without_bias", x, SUMMED);
    assertThat(Stream.of("deep", "of_unknown_rows", "in_float32", "without_bias"))
        .allSatisfy(name -> assertThat(typeAfter(name)).isEqualTo(MatMul.OP_NAME));
  }

  @Test
  void aProductThatSomethingElseReadsTooStays() {
    MatMul<TBfloat16> read = product("read_twice", x, SUMMED);
    tf.nn.biasAdd(read, bias(read));
    tf.math.neg(read);
    assertThat(typeAfter("read_twice")).isEqualTo(MatMul.OP_NAME);
  }

  @Test
  void activationsStayWithTheirProduct() {
    Operand<TBfloat16> linear = biased("gelu", x, SUMMED);
    Operand<TBfloat16> root = tf.math.mul(linear, like(linear, 0.7f));
    tf.math.mul(tf.math.add(tf.math.erf(root), like(linear, 1)), linear);
    tf.math.tanh(biased("tanh", x, SUMMED));
    assertThat(typeAfter("gelu")).isEqualTo(MatMul.OP_NAME);
    assertThat(typeAfter("tanh")).isEqualTo(MatMul.OP_NAME);
  }

  @Test
  void aFactorForEachChannelIsNoActivation() {
    Operand<TBfloat16> linear = biased("scaled", x, SUMMED);
    tf.math.add(tf.math.mul(linear, bias(linear)), linear);
    assertThat(typeAfter("scaled")).isEqualTo("BatchMatMulV2");
  }

  @Test
  void aRunGivesTheSameValues() {
    Operand<TBfloat16> y = biased("product", x, SUMMED);
    tf.withName("y").dtypes.cast(y, TFloat32.class);
    Map<String, float[]> fed =
        Map.of("x", values(ROWS, SUMMED), "product_kernel", values(SUMMED, COLUMNS));
    // The sum before the bias is rounded to eight bits where it stands alone: at most 2^-8 of it.
    float[] joined = TinyGraph.run(graph.toGraphDef(), fed);
    float[] apart = TinyGraph.run(after(), fed);
    for (int i = 0; i < joined.length; i++) {
      assertThat(Math.abs(apart[i] - joined[i])).isLessThanOrEqualTo(0x1p-7f * (2 + SUMMED / 4f));
    }
  }

  /** On a CPU without bfloat16 products TensorFlow joins nothing. */
  @Test
  void tensorFlowDoesNotJoinThem() {
    Operand<TBfloat16> y = biased("product", x, SUMMED);
    tf.withName("y").math.neg(y);
    assertThat(operationsOf(after())).isNotEmpty().noneMatch(label -> label.contains("Fused"));
  }

  private static List<String> operationsOf(GraphDef definition) {
    RunOptions traced =
        RunOptions.newBuilder().setTraceLevel(RunOptions.TraceLevel.FULL_TRACE).build();
    try (Graph graph = new Graph();
        TFloat32 x = TFloat32.tensorOf(Shape.of(ROWS, SUMMED));
        TFloat32 kernel = TFloat32.tensorOf(Shape.of(SUMMED, COLUMNS))) {
      graph.importGraphDef(definition);
      try (Session session = new Session(graph);
          Result result =
              session
                  .runner()
                  .setOptions(traced)
                  .feed("x", x)
                  .feed("product_kernel", kernel)
                  .fetch("y")
                  .runAndFetchMetadata()) {
        return result.getMetadata().orElseThrow().getStepStats().getDevStatsList().stream()
            .flatMap(device -> device.getNodeStatsList().stream())
            .map(NodeExecStats::getTimelineLabel)
            .toList();
      }
    }
  }

  private <T extends TFloating> Operand<T> biased(String name, Operand<T> rows, long summed) {
    MatMul<T> product = product(name, rows, summed);
    return tf.nn.biasAdd(product, bias(product));
  }

  private <T extends TFloating> MatMul<T> product(String name, Operand<T> rows, long summed) {
    Operand<TFloat32> kernel = built.input(name + "_kernel", Shape.of(summed, COLUMNS));
    return tf.withName(name).linalg.matMul(rows, tf.dtypes.cast(kernel, rows.type()));
  }

  private <T extends TFloating> Operand<T> bias(Operand<T> y) {
    return tf.dtypes.cast(tf.fill(tf.array(COLUMNS), tf.constant(1f)), y.type());
  }

  private Operand<TBfloat16> like(Operand<TBfloat16> y, float value) {
    return tf.dtypes.cast(tf.constant(value), y.type());
  }

  private Operand<TBfloat16> half(Operand<TFloat32> full) {
    return tf.dtypes.cast(full, TBfloat16.class);
  }

  private GraphDef after() {
    return BiasedProducts.apart(graph, graph.toGraphDef());
  }

  private String typeAfter(String name) {
    NodeDef node = TinyGraph.nodes(after()).get(name);
    return node.getOp();
  }

  private static float[] values(long rows, long columns) {
    String name = rows + "x" + columns;
    return DeterministicValues.uniform(name, (int) (rows * columns), 0, 0.5f);
  }
}
