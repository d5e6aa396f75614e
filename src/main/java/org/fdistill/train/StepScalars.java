package org.fdistill.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fdistill.graph.Replicas;
import org.fdistill.task.Task;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * The numbers of a micro-batch that a step is reported and decided by: means over the replicas, in
 * one exchange.
 *
 * @param loss scalar
 * @param metrics scalars by name
 * @param waited seconds that the replica whose batch came last waited for it, scalar
 * @param votes on what follows; empty where one process decides alone
 */
record StepScalars(
    Operand<TFloat32> loss,
    Map<String, Operand<TFloat32>> metrics,
    Operand<TFloat32> waited,
    Optional<Votes> votes) {
  private static final int VOTE_COUNT = 2;

  /**
   * Votes on what follows a step.
   *
   * @param own [2], fed: 1 where this process wants to stop, and where it wants a checkpoint
   * @param all [2], their means
   */
  record Votes(Placeholder<TFloat32> own, Operand<TFloat32> all) {}

  /**
   * Adds the exchange to a graph.
   *
   * @param outputs of this replica
   * @param ownWait seconds that it waited for its batch, scalar
   */
  static StepScalars over(
      Ops tf, Replicas replicas, Task.TrainingOutputs outputs, Operand<TFloat64> ownWait) {
    Operand<TFloat32> wait = tf.dtypes.cast(ownWait, TFloat32.class);
    if (!replicas.areMany()) {
      return new StepScalars(outputs.loss(), outputs.metrics(), wait, Optional.empty());
    }
    List<Operand<TFloat32>> own = new ArrayList<>(List.of(outputs.loss()));
    own.addAll(outputs.metrics().values());
    Placeholder<TFloat32> votes =
        Placeholder.create(tf.scope(), TFloat32.class, Placeholder.shape(Shape.of(VOTE_COUNT)));
    int firstWait = own.size() + VOTE_COUNT;
    Operand<TFloat32> vector =
        tf.concat(List.of(tf.stack(own), votes, oneOf(tf, replicas, wait)), tf.constant(0));
    Operand<TFloat32> means = replicas.mean(tf, vector);
    Map<String, Operand<TFloat32>> metrics = new LinkedHashMap<>();
    for (String name : outputs.metrics().keySet()) {
      metrics.put(name, element(tf, means, 1 + metrics.size()));
    }
    return new StepScalars(
        element(tf, means, 0),
        metrics,
        largest(tf, replicas, part(tf, means, firstWait, replicas.count())),
        Optional.of(new Votes(votes, part(tf, means, own.size(), VOTE_COUNT))));
  }

  /** A number at this replica's place, zeros at the others': [W]. */
  static Operand<TFloat32> oneOf(Ops tf, Replicas replicas, Operand<TFloat32> number) {
    return tf.oneHot(
        tf.constant(replicas.index()), tf.constant(replicas.count()), number, tf.constant(0f));
  }

  /** Of the means of such vectors. */
  static Operand<TFloat32> largest(Ops tf, Replicas replicas, Operand<TFloat32> means) {
    return tf.math.mul(tf.reduceMax(means, tf.constant(0)), tf.constant((float) replicas.count()));
  }

  private static Operand<TFloat32> part(Ops tf, Operand<TFloat32> vector, int from, int size) {
    return tf.slice(vector, tf.constant(new int[] {from}), tf.constant(new int[] {size}));
  }

  private static Operand<TFloat32> element(Ops tf, Operand<TFloat32> vector, int index) {
    return tf.gather(vector, tf.constant(index), tf.constant(0));
  }
}
