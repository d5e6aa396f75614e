package org.fdistill.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fdistill.graph.FlopCounter;
import org.fdistill.graph.SessionFactory;
import org.fdistill.graph.Subgraph;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * The matrix products of a step, each kind of shape timed alone: what the machine's kernels give
 * for them when nothing else runs. Convolutions are not among them.
 */
final class StepProducts {
  private static final Set<String> OPS = Set.of("MatMul", "BatchMatMul", "BatchMatMulV2");
  private static final List<String> OPERANDS = List.of("a", "b");

  /** What an operation that fills an operand adds to its name. */
  private static final String FILL = "_fill";

  /** Each shape runs at least so long and so often; the fastest run counts. */
  private static final double SECONDS = 0.1;

  private static final int RUNS = 3;

  /**
   * A product without its place in the graph.
   *
   * @param node op and attributes, of the inputs a and b
   */
  private record Product(NodeDef node, Shape a, Shape b) {
    DataType type() {
      return node.getAttrOrThrow("T").getType();
    }

    boolean transposed(String ofMatrices, String ofBatches) {
      return node.getAttrOrThrow(node.getOp().equals("MatMul") ? ofMatrices : ofBatches).getB();
    }

    boolean aTransposed() {
      return transposed("transpose_a", "adj_x");
    }

    boolean bTransposed() {
      return transposed("transpose_b", "adj_y");
    }

    /** Two for each multiplication and its addition. */
    double operations() {
      long columns = b.get(bTransposed() ? -2 : -1);
      return 2.0 * a.size() / matrices(a) * columns * Math.max(matrices(a), matrices(b));
    }

    private static long matrices(Shape shape) {
      return shape.size() / (shape.get(-1) * shape.get(-2));
    }
  }

  private final Map<Product, Integer> counts = new LinkedHashMap<>();

  /**
   * Collects the products.
   *
   * @param definition of the graph that runs, op by op
   * @param ends what the step computes
   */
  StepProducts(GraphDef definition, Collection<String> ends) {
    Subgraph parts = new Subgraph(definition);
    Set<String> needed = parts.needed(ends);
    try (Graph graph = new Graph()) {
      graph.importGraphDef(definition);
      for (Iterator<GraphOperation> all = graph.operations(); all.hasNext(); ) {
        GraphOperation op = all.next();
        if (needed.contains(op.name())
            && OPS.contains(op.type())
            && !op.name().endsWith(FlopCounter.ROW_SUM)) {
          Shape a = op.input(0).shape();
          Shape b = op.input(1).shape();
          counts.merge(new Product(bare(parts.node(op.name())), a, b), 1, Integer::sum);
        }
      }
    }
  }

  private static NodeDef bare(NodeDef node) {
    NodeDef.Builder bare = NodeDef.newBuilder().setName("product").setOp(node.getOp());
    node.getAttrMap().entrySet().stream()
        .filter(attribute -> !attribute.getKey().startsWith("_"))
        .forEach(attribute -> bare.putAttr(attribute.getKey(), attribute.getValue()));
    return bare.addAllInput(OPERANDS).build();
  }

  /** Operations of all of them. */
  double operations() {
    return counts.entrySet().stream()
        .mapToDouble(product -> product.getKey().operations() * product.getValue())
        .sum();
  }

  /**
   * Times each kind of shape.
   *
   * @param settings of the run's session
   * @return those that take most of a step first
   */
  List<BenchReport.ProductRate> measure(ConfigProto settings) {
    List<BenchReport.ProductRate> rates = new ArrayList<>();
    counts.forEach((product, count) -> rates.add(rate(product, count, settings)));
    rates.sort((x, y) -> Double.compare(y.milliseconds(), x.milliseconds()));
    return rates;
  }

  private static BenchReport.ProductRate rate(Product product, int count, ConfigProto settings) {
    double seconds = seconds(product, settings);
    return new BenchReport.ProductRate(
        product.node().getOp(),
        sizes(product.a(), product.aTransposed()),
        sizes(product.b(), product.bTransposed()),
        count,
        1e3 * seconds * count,
        product.operations() / seconds / 1e9);
  }

  /** The operands are variables: fed, they would be copied to a GPU in every run. */
  private static double seconds(Product product, ConfigProto settings) {
    try (Graph graph = new Graph()) {
      graph.importGraphDef(operands(product).toBuilder().addNode(product.node()).build());
      try (Session session = SessionFactory.open(graph, settings)) {
        Session.Runner fill = session.runner();
        OPERANDS.forEach(operand -> fill.addTarget(operand + FILL));
        fill.run().close();
        Session.Runner runner = session.runner().addTarget(product.node().getName());
        runner.run().close();
        return fastest(runner);
      }
    }
  }

  private static GraphDef operands(Product product) {
    Class<? extends TFloating> type =
        switch (product.type()) {
          case DT_FLOAT -> TFloat32.class;
          case DT_BFLOAT16 -> TBfloat16.class;
          default -> throw new IllegalStateException("a product of " + product.type());
        };
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      addOperand(tf, OPERANDS.get(0), type, product.a());
      addOperand(tf, OPERANDS.get(1), type, product.b());
      return graph.toGraphDef();
    }
  }

  /** Of ones: the time does not depend on the numbers. */
  private static <T extends TFloating> void addOperand(
      Ops tf, String name, Class<T> type, Shape shape) {
    VarHandleOp variable = tf.varHandleOp(type, shape, VarHandleOp.sharedName(name));
    Operand<TFloat32> ones = tf.fill(tf.constant(shape), tf.constant(1f));
    tf.withName(name + FILL).assignVariableOp(variable, tf.dtypes.cast(ones, type));
    tf.withName(name).readVariableOp(variable, type);
  }

  private static double fastest(Session.Runner runner) {
    double fastest = Double.POSITIVE_INFINITY;
    double total = 0;
    for (int i = 0; i < RUNS || total < SECONDS; i++) {
      long start = System.nanoTime();
      runner.run().close();
      double seconds = (System.nanoTime() - start) / 1e9;
      fastest = Math.min(fastest, seconds);
      total += seconds;
    }
    return fastest;
  }

  private static String sizes(Shape shape, boolean transposed) {
    return shape.toString().replace(" ", "") + (transposed ? "T" : "");
  }
}
