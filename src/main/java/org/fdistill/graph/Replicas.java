package org.fdistill.graph;

import static org.tensorflow.internal.c_api.global.tensorflow.TFJ_RegisterCustomGradient;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.DeviceSpec;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.OperationAttributeInspector;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.internal.c_api.TFJ_GradFuncAdapter;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.RawCustomGradient;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;

/**
 * The processes that train one network together, as the graph of one of them sees them: W replicas
 * of the graph, each with its {@link BatchShare share} of every batch, as the pipeline deals out
 * positions.
 *
 * <p>All replicas build the same graph: the i-th exchange of one meets the i-th of each other. The
 * order in which they run does not matter, and the order in which TensorFlow's ring adds is fixed,
 * so that every replica gets the same bits.
 */
public final class Replicas {
  /** A process that trains alone: every exchange is the tensor itself, and adds nothing. */
  public static final Replicas ONE = new Replicas(1, 0, DeviceSpec.newBuilder().build(), "auto");

  private static final String REDUCE = "CollectiveReduce";
  private static final long GROUP = 1;

  /** Keys below are for exchanges outside of this graph. */
  private static final long FIRST_KEY = 1000;

  /** From the key of a mean to that of its gradient. */
  private static final long GRADIENT_KEYS = 1_000_000;

  private static final TFJ_GradFuncAdapter GRADIENT = RawCustomGradient.adapter(Replicas::gradient);

  static {
    GRADIENT.retainReference();
    if (!TFJ_RegisterCustomGradient(REDUCE, GRADIENT)) {
      throw new IllegalStateException(REDUCE + " has a gradient already");
    }
  }

  private final int count;
  private final int index;
  private final DeviceSpec device;
  private final String hint;
  private long nextKey = FIRST_KEY;

  private Replicas(int count, int index, DeviceSpec device, String hint) {
    this.count = count;
    this.index = index;
    this.device = device;
    this.hint = hint;
  }

  /**
   * Replicas for one graph.
   *
   * @param count W
   * @param index of this one, 0 to W - 1
   * @param device where exchanges run, of one kind in all replicas
   * @param hint TensorFlow's name of how they run: {@code ring}, {@code nccl} or {@code auto}
   */
  public static Replicas of(int count, int index, DeviceSpec device, String hint) {
    return new Replicas(count, index, device, hint);
  }

  /** W. */
  public int count() {
    return count;
  }

  /** Of this replica, from 0. */
  public int index() {
    return index;
  }

  /** Whether there are others. */
  public boolean areMany() {
    return count > 1;
  }

  /**
   * The mean of a tensor over the replicas, each of which gives one of the same shape. Its gradient
   * is the mean of the gradients: so the mean of the replicas' parameter gradients is that of the
   * mean of their losses.
   */
  public Operand<TFloat32> mean(Ops tf, Operand<TFloat32> x) {
    if (!areMany()) {
      return x;
    }
    return mean(collective(tf, REDUCE, device.toString(), count, nextKey++, hint), x.asOutput());
  }

  /** This replica's rows of what is drawn for the whole batch: [B W, ...] becomes [B, ...]. */
  public Operand<TFloat32> rows(Ops tf, Operand<TFloat32> all) {
    if (!areMany()) {
      return all;
    }
    List<Operand<TFloat32>> own = new ArrayList<>();
    for (BatchShare.Rows rows : share((int) (all.shape().get(0) / count)).rows()) {
      long end = (long) rows.first() + rows.size();
      own.add(tf.stridedSlice(all, Indices.slice(rows.first(), end)));
    }
    return tf.concat(own, tf.constant(0));
  }

  /**
   * Which rows of a batch are this replica's.
   *
   * @param batch B, rows of this replica
   */
  public BatchShare share(int batch) {
    return new BatchShare(count, index, batch);
  }

  /**
   * Gives a variable of every replica the value that it has in the first.
   *
   * @return the op to run in all of them
   */
  public Op share(Ops tf, Variable variable) {
    long key = nextKey++;
    if (index == 0) {
      Output<TFloat32> sent =
          bcast(tf, "CollectiveBcastSend", variable.shape(), key)
              .addInput(variable.value().asOutput())
              .build()
              .output(0);
      return sent;
    }
    Output<TFloat32> received =
        bcast(tf, "CollectiveBcastRecv", variable.shape(), key).build().output(0);
    return tf.assignVariableOp(variable.handle(), received);
  }

  private OperationBuilder bcast(Ops tf, String type, Shape shape, long key) {
    return collective(tf, type, device.toString(), count, key, hint).setAttr("shape", shape);
  }

  private static OperationBuilder collective(
      Ops tf, String type, String device, long count, long key, String hint) {
    return tf.scope()
        .opBuilder(type, type)
        .setDevice(device)
        .setAttr("T", DataType.DT_FLOAT)
        .setAttr("group_size", count)
        .setAttr("group_key", GROUP)
        .setAttr("instance_key", key)
        .setAttr("communication_hint", hint);
  }

  private static Operand<TFloat32> mean(OperationBuilder collective, Output<?> x) {
    return collective
        .addInput(x)
        .setAttr("merge_op", "Add")
        .setAttr("final_op", "Div")
        .setAttr("subdiv_offsets", new long[] {0})
        .build()
        .output(0);
  }

  /** Has the attributes of the mean, and a key of its own. */
  private static List<Operand<?>> gradient(Ops tf, GraphOperation op, List<Output<?>> upstream) {
    OperationAttributeInspector attributes = op.attributes();
    long key = attributes.getAttrInt("instance_key") + GRADIENT_KEYS;
    long count = attributes.getAttrInt("group_size");
    String hint = attributes.getAttrString("communication_hint");
    return List.of(mean(collective(tf, REDUCE, op.device(), count, key, hint), upstream.get(0)));
  }
}
