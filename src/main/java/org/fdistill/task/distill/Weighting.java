package org.fdistill.task.distill;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.proto.DistillTask;
import org.fdistill.proto.DistillTask.Combination;
import org.fdistill.proto.TeacherConfig;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceMax;
import org.tensorflow.op.core.Stack;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * How the losses of several teachers become one. That of one teacher is the loss itself. Letters: B
 * images, T teachers.
 *
 * @param weights of the teachers, of sum 1
 * @param learned whether training learns weights of its own
 * @param drop the probability with which an image leaves out a teacher in training
 */
record Weighting(List<Float> weights, boolean learned, float drop) {
  private static final String PATH = "weighting";

  /** As the config has it; the weights of its check have a sum above zero. */
  static Weighting of(DistillTask config) {
    List<Float> weights = new ArrayList<>();
    double sum = config.getTeacherList().stream().mapToDouble(t -> weight(config, t)).sum();
    config.getTeacherList().forEach(t -> weights.add((float) (weight(config, t) / sum)));
    return new Weighting(
        weights, config.getCombination() == Combination.LEARNED, config.getDropTeacher());
  }

  private static double weight(DistillTask config, TeacherConfig teacher) {
    return config.getCombination() == Combination.FIXED ? teacher.getWeight() : 1;
  }

  /** Whether {@link #trained} needs the loss of each image. */
  boolean isPerImage() {
    return drop > 0;
  }

  /**
   * The mean by the weights, which validation ranks checkpoints by.
   *
   * @param losses by teacher, scalars
   */
  Operand<TFloat32> mean(Ops tf, List<Operand<TFloat32>> losses) {
    if (losses.size() == 1) {
      return losses.get(0);
    }
    List<Operand<TFloat32>> shares = new ArrayList<>();
    for (int i = 0; i < losses.size(); i++) {
      shares.add(tf.math.mul(losses.get(i), tf.constant(weights.get(i))));
    }
    // A sum of many inputs has no order of its own; one of a vector has.
    return tf.sum(tf.stack(shares), tf.constant(0));
  }

  /**
   * What training minimises.
   *
   * @param losses by teacher: scalars, or of each image [B] where {@link #isPerImage}
   * @param positions [B] of the images
   */
  Operand<TFloat32> trained(
      LayerScope scope, List<Operand<TFloat32>> losses, Operand<TInt64> positions) {
    Ops tf = scope.tf();
    List<Operand<TFloat32>> costs = learned ? uncertain(scope, losses) : losses;
    if (!isPerImage()) {
      return mean(tf, costs);
    }
    return tf.math.mean(perImage(scope, costs, positions), tf.constant(0));
  }

  /**
   * The mean of each image over the teachers that it keeps, [B].
   *
   * @param costs by teacher [B]
   * @param positions [B]
   */
  Operand<TFloat32> perImage(
      LayerScope scope, List<Operand<TFloat32>> costs, Operand<TInt64> positions) {
    Ops tf = scope.tf();
    Operand<TFloat32> kept = kept(scope, positions);
    Operand<TFloat32> products = tf.math.mul(kept, tf.stack(costs, Stack.axis(1L)));
    return tf.math.div(tf.sum(products, tf.constant(1)), tf.sum(kept, tf.constant(1)));
  }

  /** exp(-s) loss + s of each teacher, s being a parameter that starts at 0. */
  private List<Operand<TFloat32>> uncertain(LayerScope scope, List<Operand<TFloat32>> losses) {
    Ops tf = scope.tf();
    List<Output<TFloat32>> logVariances = tf.unstack(logVariances(scope), weightCount()).output();
    List<Operand<TFloat32>> costs = new ArrayList<>();
    for (int i = 0; i < losses.size(); i++) {
      Operand<TFloat32> s = logVariances.get(i);
      costs.add(tf.math.add(tf.math.mul(tf.math.exp(tf.math.neg(s)), losses.get(i)), s));
    }
    return costs;
  }

  private long weightCount() {
    return weights.size();
  }

  private Operand<TFloat32> logVariances(LayerScope scope) {
    return scope.at(PATH).parameter("log_variance", Initializers.zeros(), weightCount());
  }

  /**
   * The learned weight of each teacher by its name, scalars; empty where none are learned.
   *
   * @param teachers their names
   */
  Map<String, Operand<TFloat32>> learnedWeights(LayerScope scope, List<String> teachers) {
    Map<String, Operand<TFloat32>> named = new LinkedHashMap<>();
    if (learned) {
      Ops tf = scope.tf();
      Operand<TFloat32> all = tf.math.exp(tf.math.neg(logVariances(scope)));
      List<Output<TFloat32>> each = tf.unstack(all, weightCount()).output();
      for (int i = 0; i < teachers.size(); i++) {
        named.put("weight_" + teachers.get(i), each.get(i));
      }
    }
    return named;
  }

  /**
   * The weights of the teachers that each image keeps [B, T], others 0. Of those with a weight the
   * one with the largest number stays, whatever it is.
   */
  private Operand<TFloat32> kept(LayerScope scope, Operand<TInt64> positions) {
    Ops tf = scope.tf();
    Operand<TFloat32> drawn =
        PositionDraws.uniform(
            tf, scope.at(PATH).runSeed("drop_teacher"), positions, weights.size());
    float[] values = new float[weights.size()];
    float[] counts = new float[weights.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = weights.get(i);
      counts[i] = values[i] > 0 ? 0 : -1;
    }
    Operand<TFloat32> among = tf.math.add(drawn, tf.constant(counts));
    Operand<TFloat32> largest = tf.reduceMax(among, tf.constant(1), ReduceMax.keepDims(true));
    Operand<TBool> stays =
        tf.math.logicalOr(
            tf.math.greaterEqual(drawn, tf.constant(drop)), tf.math.greaterEqual(among, largest));
    return tf.math.mul(tf.dtypes.cast(stays, TFloat32.class), tf.constant(values));
  }
}
