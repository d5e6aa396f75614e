package org.fdistill.train;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.graph.Replicas;
import org.fdistill.graph.Variable;
import org.fdistill.optim.Gradient;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * Means of gradients over the replicas. Each exchange starts when its gradients are there, while
 * the backward pass still runs. Small gradients go together, for an exchange costs a round trip
 * between every two neighbours of the ring; large ones go as they are, without a copy.
 */
public final class GradientExchange {
  private final Ops tf;
  private final Replicas replicas;
  private final Map<String, Operand<TFloat32>> means = new HashMap<>();

  private GradientExchange(Ops tf, Replicas replicas) {
    this.tf = tf;
    this.replicas = replicas;
  }

  /**
   * Adds the exchanges to a graph.
   *
   * @param gradients of this replica, in the order in which the backward pass finishes them
   * @param bucketBytes what is smaller goes together, in pieces of about this size
   * @return the means in the same order; the gradients themselves where there is one replica
   */
  public static List<Gradient> means(
      Ops tf, Replicas replicas, List<Gradient> gradients, long bucketBytes) {
    if (!replicas.areMany()) {
      return gradients;
    }
    GradientExchange exchange = new GradientExchange(tf, replicas);
    GradientBuckets.of(gradients, GradientExchange::bytes, bucketBytes).forEach(exchange::send);
    return gradients.stream()
        .map(g -> new Gradient(g.variable(), exchange.means.get(g.variable().name())))
        .toList();
  }

  private static long bytes(Gradient gradient) {
    return gradient.variable().shape().size() * Float.BYTES;
  }

  private void send(List<Gradient> bucket) {
    if (bucket.size() == 1) {
      Gradient gradient = bucket.get(0);
      means.put(gradient.variable().name(), replicas.mean(tf, gradient.value()));
      return;
    }
    List<Operand<TFloat32>> rows = new ArrayList<>();
    long[] sizes = new long[bucket.size()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = bucket.get(i).variable().shape().size();
      rows.add(tf.reshape(bucket.get(i).value(), tf.constant(new int[] {-1})));
    }
    Operand<TFloat32> mean = replicas.mean(tf, tf.concat(rows, tf.constant(0)));
    List<? extends Operand<TFloat32>> parts =
        tf.splitV(mean, tf.constant(sizes), tf.constant(0), (long) sizes.length).output();
    for (int i = 0; i < sizes.length; i++) {
      Variable parameter = bucket.get(i).variable();
      Operand<TInt64> shape = tf.constant(parameter.shape().asArray());
      means.put(parameter.name(), tf.reshape(parts.get(i), shape));
    }
  }
}
