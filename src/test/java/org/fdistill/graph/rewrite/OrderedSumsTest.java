package org.fdistill.graph.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.ReduceMax;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.types.TFloat32;

class OrderedSumsTest {
  private static final String SUM = "sum";

  private static final String LAST = "term_last";

  private static final Shape SHAPE = Shape.of(1);

  /** Their sum is 2 from left to right, and 0 where the last comes first. */
  private static final float[] TERMS = {1e8f, -1e8f, 1, 1};

  /** What a graph must need before the optimiser saves memory: over 0.8 of 256 MiB. */
  private static final int LARGE = 230 << 20;

  /** How four terms are added up. */
  @FunctionalInterface
  private interface Sum {
    Operand<TFloat32> of(Ops tf, List<Operand<TFloat32>> terms);
  }

  /**
   * The last term is computed, and its buffer therefore the only one that the sum may overwrite,
   * unless the term has another reader. In a training step that depends on the time at which the
   * other readers are done; here, on whether the term is fetched.
   */
  private static GraphDef graph(Sum sum) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      List<Operand<TFloat32>> terms = new ArrayList<>();
      for (int i = 0; i < TERMS.length; i++) {
        Operand<TFloat32> input =
            tf.withName("input" + i).placeholder(TFloat32.class, Placeholder.shape(SHAPE));
        // The optimiser does not rely on the shape of what is fed.
        Operand<TFloat32> term = tf.withName("term" + i).reshape(input, tf.constant(new int[] {1}));
        terms.add(i == TERMS.length - 1 ? tf.withName(LAST).math.square(term) : term);
      }
      tf.withName(SUM).identity(sum.of(tf, terms));
      return graph.toGraphDef();
    }
  }

  private static GraphDef ofMany() {
    return graph((tf, terms) -> tf.math.addN(terms));
  }

  private static GraphDef ofPairs() {
    return graph((tf, terms) -> terms.stream().reduce(tf.math::add).orElseThrow());
  }

  private static GraphDef inFunction() {
    return graph(
        (tf, terms) -> {
          try (ConcreteFunction function = ConcreteFunction.create(OrderedSumsTest::body)) {
            Map<String, Operand<?>> arguments = new LinkedHashMap<>();
            for (int i = 0; i < terms.size(); i++) {
              arguments.put("x" + i, terms.get(i));
            }
            return castOutput(function.call(tf, arguments).get("y"));
          }
        });
  }

  private static Signature body(Ops tf) {
    Signature.Builder signature = Signature.builder("addFour");
    List<Operand<TFloat32>> inputs = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Placeholder<TFloat32> input = tf.placeholder(TFloat32.class, Placeholder.shape(SHAPE));
      signature.input("x" + i, input);
      inputs.add(input);
    }
    return signature.output("y", tf.math.addN(inputs)).build();
  }

  @SuppressWarnings("unchecked") // The function's output is a sum of float32.
  private static Operand<TFloat32> castOutput(Operand<?> output) {
    return (Operand<TFloat32>) output;
  }

  private static float run(GraphDef definition, String... alsoFetched) {
    try (Graph graph = new Graph()) {
      graph.importGraphDef(definition);
      try (Session session = new Session(graph)) {
        Session.Runner runner = session.runner().fetch(SUM);
        List.of(alsoFetched).forEach(runner::fetch);
        List<TFloat32> fed = new ArrayList<>();
        for (int i = 0; i < TERMS.length; i++) {
          fed.add(TFloat32.vectorOf(TERMS[i]));
          runner.feed("input" + i, fed.get(i));
        }
        try (Result result = runner.run()) {
          return ((TFloat32) result.get(0)).getFloat(0);
        } finally {
          fed.forEach(TFloat32::close);
        }
      }
    }
  }

  /** Without these faults of the runtime the tests below would say nothing. */
  @Test
  void theRuntimesOwnSumDependsOnTheOtherReadersOfItsTerms() {
    assertThat(run(ofMany(), LAST)).isEqualTo(2);
    assertThat(run(ofMany())).isZero();
    assertThat(run(ofPairs(), LAST)).isEqualTo(2);
    assertThat(run(ofPairs())).isZero();
  }

  @Test
  void sumsOfSeveralGoFromLeftToRight() {
    assertThat(run(OrderedSums.fix(ofMany()))).isEqualTo(2);
  }

  @Test
  void theOptimiserDoesNotMergeSumsOfTwo() {
    assertThat(run(OrderedSums.fix(ofPairs()))).isEqualTo(2);
  }

  @Test
  void functionsAreFixedToo() {
    GraphDef fixed = OrderedSums.fix(inFunction());
    assertThat(fixed.getLibrary().getFunction(0).getNodeDefList())
        .filteredOn(node -> node.getOp().equals("AddN"))
        .hasSize(3)
        .allSatisfy(node -> assertThat(node.getInputCount()).isEqualTo(2));
    assertThat(run(fixed)).isEqualTo(2);
  }

  /** The runtime turns it into additions to a variable before the optimiser sees the graph. */
  @Test
  void aSumThatTheRuntimeWouldAccumulateIsAChainAsWell() {
    GraphDef graph = graph((tf, terms) -> tf.math.accumulateN(terms, SHAPE));
    assertThat(optimizedOps(graph)).contains("TemporaryVariable");
    assertThat(optimizedOps(OrderedSums.fix(graph))).doesNotContain("TemporaryVariable");
    assertThat(run(OrderedSums.fix(graph))).isEqualTo(2);
  }

  @Test
  void controlInputsStayAndSumsOfOneOrTwoKeepTheirInputs() {
    NodeDef sum =
        NodeDef.newBuilder()
            .setName("s")
            .setOp("AddN")
            .addAllInput(List.of("a", "b:1", "c", "^d", "^e"))
            .build();
    GraphDef fixed = OrderedSums.fix(GraphDef.newBuilder().addNode(sum).build());
    assertThat(fixed.getNodeList()).hasSize(2);
    assertThat(fixed.getNode(0).getInputList()).containsExactly("a", "b:1");
    assertThat(fixed.getNode(1).getInputList()).containsExactly("s/first_2", "c", "^d", "^e");
    assertThat(fixed.getNode(1).getName()).isEqualTo("s");

    NodeDef two = sum.toBuilder().clearInput().addInput("a").addInput("b").addInput("^d").build();
    assertThat(
            OrderedSums.fix(GraphDef.newBuilder().addNode(two).build()).getNode(0).getInputList())
        .containsExactly("a", "b", "^d");
    NodeDef one = sum.toBuilder().clearInput().addInput("a").build();
    assertThat(OrderedSums.fix(GraphDef.newBuilder().addNode(one).build()).getNodeList())
        .containsExactly(one);
  }

  /** Of a graph that needs much memory the optimiser adds into a variable, as terms arrive. */
  @Test
  void noSumGoesThroughAVariable() {
    assertThat(optimizedOps(large())).contains("TemporaryVariable", "AssignAdd");
    assertThat(optimizedOps(OrderedSums.fix(large())))
        .doesNotContain("TemporaryVariable", "AssignAdd");
  }

  private static GraphDef large() {
    return graph(
        (tf, terms) -> {
          int[] shape = {LARGE / Float.BYTES};
          Operand<TFloat32> large = tf.broadcastTo(terms.get(3), tf.constant(shape));
          Operand<TFloat32> largest = tf.reduceMax(large, tf.constant(0), ReduceMax.keepDims(true));
          return tf.math.addN(List.of(terms.get(0), tf.math.exp(terms.get(1)), largest));
        });
  }

  private static List<String> optimizedOps(GraphDef definition) {
    RunOptions options = RunOptions.newBuilder().setOutputPartitionGraphs(true).build();
    try (Graph graph = new Graph()) {
      graph.importGraphDef(definition);
      try (Session session = new Session(graph);
          TFloat32 fed = TFloat32.vectorOf(1)) {
        Session.Runner runner = session.runner().fetch(SUM).setOptions(options);
        for (int i = 0; i < TERMS.length; i++) {
          runner.feed("input" + i, fed);
        }
        try (Result result = runner.runAndFetchMetadata()) {
          return result.getMetadata().orElseThrow().getPartitionGraphsList().stream()
              .flatMap(part -> part.getNodeList().stream())
              .map(NodeDef::getOp)
              .toList();
        }
      }
    }
  }
}
