package org.fdistill.cluster;

import java.util.HashMap;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat64;

/**
 * Sums of a few numbers over all workers, between steps. Each size has a small graph of its own,
 * with keys that no training graph has; all workers ask for the same sums in the same order.
 */
final class Exchange implements AutoCloseable {
  private static final String CPU = "/device:CPU:0";

  private final ClusterServer server;
  private final int workers;
  private final Map<Integer, Summation> bySize = new HashMap<>();

  private record Summation(Graph graph, Session session, String input, String output) {}

  Exchange(ClusterServer server, int workers) {
    this.server = server;
    this.workers = workers;
  }

  /**
   * Adds up vectors element by element. Waits for all workers.
   *
   * @param values as many in each worker
   */
  double[] sum(double[] values) {
    Summation summation = bySize.computeIfAbsent(values.length, this::build);
    try (TFloat64 fed = TFloat64.tensorOf(StdArrays.ndCopyOf(values));
        Result result =
            summation
                .session()
                .runner()
                .feed(summation.input(), fed)
                .fetch(summation.output())
                .run()) {
      double[] sums = new double[values.length];
      StdArrays.copyFrom((TFloat64) result.get(0), sums);
      return sums;
    }
  }

  private Summation build(int size) {
    Graph graph = new Graph();
    Ops tf = Ops.create(graph);
    Placeholder<TFloat64> input = tf.placeholder(TFloat64.class, Placeholder.shape(Shape.of(size)));
    Output<TFloat64> sum =
        tf.scope()
            .opBuilder("CollectiveReduce", "sum")
            .addInput(input.asOutput())
            .setDevice(CPU)
            .setAttr("T", DataType.DT_DOUBLE)
            .setAttr("group_size", (long) workers)
            .setAttr("group_key", 2L)
            .setAttr("instance_key", bySize.size() + 1L)
            .setAttr("merge_op", "Add")
            .setAttr("final_op", "Id")
            .setAttr("subdiv_offsets", new long[] {0})
            .setAttr("communication_hint", "ring")
            .build()
            .output(0);
    return new Summation(graph, server.open(graph), name(input), name(sum));
  }

  private static String name(Operand<?> tensor) {
    return tensor.op().name();
  }

  @Override
  public void close() {
    for (Summation summation : bySize.values()) {
      summation.session().close();
      summation.graph().close();
    }
  }
}
