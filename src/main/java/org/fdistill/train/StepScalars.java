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

/**
 * The numbers of a micro-batch that a step is reported and decided by: means over the replicas, in
 * one exchange.
 *
 * @param loss scalar
 * @param metrics scalars by name
 * @param votes on what follows; empty where one process decides alone
 */
record StepScalars(
    Operand<TFloat32> loss, Map<String, Operand<TFloat32>> metrics, Optional<Votes> votes) {
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
   */
  static StepScalars over(Ops tf, Replicas replicas, Task.TrainingOutputs outputs) {
    if (!replicas.areMany()) {
      return new StepScalars(outputs.loss(), outputs.metrics(), Optional.empty());
    }
    List<Operand<TFloat32>> own = new ArrayList<>(List.of(outputs.loss()));
    own.addAll(outputs.metrics().values());
    Placeholder<TFloat32> votes =
        Placeholder.create(tf.scope(), TFloat32.class, Placeholder.shape(Shape.of(VOTE_COUNT)));
    Operand<TFloat32> vector = tf.concat(List.of(tf.stack(own), votes), tf.constant(0));
    Operand<TFloat32> means = replicas.mean(tf, vector);
    Map<String, Operand<TFloat32>> metrics = new LinkedHashMap<>();
    for (String name : outputs.metrics().keySet()) {
      metrics.put(name, element(tf, means, 1 + metrics.size()));
    }
    return new StepScalars(
        element(tf, means, 0), metrics, Optional.of(new Votes(votes, tail(tf, means, own.size()))));
  }

  private static Operand<TFloat32> tail(Ops tf, Operand<TFloat32> vector, int from) {
    return tf.slice(vector, tf.constant(new int[] {from}), tf.constant(new int[] {VOTE_COUNT}));
  }

  private static Operand<TFloat32> element(Ops tf, Operand<TFloat32> vector, int index) {
    return tf.gather(vector, tf.constant(index), tf.constant(0));
  }
}
