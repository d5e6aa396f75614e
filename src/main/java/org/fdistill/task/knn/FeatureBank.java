package org.fdistill.task.knn;

import java.util.List;
import java.util.function.Consumer;
import org.fdistill.data.Field;
import org.fdistill.data.InputPipeline;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.nn.TopK;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * One network's features of the training images and the search among them, by the names of the ops.
 * Letters: B batch, M rows, C width, k neighbours.
 *
 * @param fill target that stores the features of a batch of training images
 * @param settle target that ends the filling
 * @param similarities [B, k] of the most similar rows, for a batch of validation images
 * @param rows [B, k] their numbers
 * @param weights brings the network's weights in
 */
record FeatureBank(
    String fill, String settle, String similarities, String rows, Consumer<Session> weights) {
  private static final float SMALLEST_LENGTH = 1e-12f;

  /** Below every cosine: added to the similarity with a row that was never filled. */
  private static final float UNFILLED = -4;

  /**
   * What all banks of a graph read.
   *
   * @param training images that fill the bank
   * @param queries validation images
   * @param offset the row of a batch's first training image, fed
   * @param filled rows, fed
   * @param size M
   * @param neighbours k, at most
   */
  record Inputs(
      InputPipeline training,
      InputPipeline queries,
      Placeholder<TInt32> offset,
      Placeholder<TInt32> filled,
      int size,
      int neighbours) {}

  /**
   * Adds the bank of one network: rows that are filled batch by batch, then compared with.
   *
   * @param tf where to build
   * @param variables of this network alone
   */
  static FeatureBank build(Ops tf, Variables variables, FeatureNetwork network, Inputs in) {
    Operand<TFloat32> stored =
        unit(tf, network.features(tf, variables, in.training().batch().get(Field.IMAGE)));
    Operand<TFloat32> queries =
        unit(tf, network.features(tf, variables, in.queries().batch().get(Field.IMAGE)));
    Consumer<Session> weights = network.weights(tf, variables);
    Shape shape = Shape.of(in.size(), network.width());
    Variable gathered = variables.state("knn/gathered", shape, Initializers.zeros());
    Variable empty =
        variables.state("knn/empty", Shape.of(in.size()), Initializers.constant(UNFILLED));
    Operand<TInt32> batch = tf.shape(in.training().batch().get(Field.LABEL));
    Operand<TInt32> index =
        tf.range(
            in.offset(),
            tf.math.add(in.offset(), tf.reshape(batch, tf.array(new int[0]))),
            tf.constant(1));
    List<Op> fill =
        List.of(
            tf.resourceScatterUpdate(gathered.handle(), index, stored),
            tf.resourceScatterUpdate(empty.handle(), index, tf.zeros(batch, TFloat32.class)));
    // A variable that was scattered into is copied by every read; these are not.
    Variable bank = variables.state("knn/bank", shape, Initializers.zeros());
    Variable shift = variables.state("knn/shift", Shape.of(in.size()), Initializers.zeros());
    List<Op> settle =
        List.of(
            tf.assignVariableOp(bank.handle(), gathered.value()),
            tf.assignVariableOp(shift.handle(), empty.value()));
    Operand<TFloat32> similarity =
        tf.nn.biasAdd(
            tf.linalg.matMul(queries, bank.value(), MatMul.transposeB(true)), shift.value());
    Operand<TInt32> k = tf.math.minimum(tf.constant(in.neighbours()), in.filled());
    TopK<TFloat32, TInt32> nearest = tf.nn.topK(similarity, k, TInt32.class);
    return new FeatureBank(
        target(tf, fill),
        target(tf, settle),
        tf.identity(nearest.values()).op().name(),
        tf.identity(nearest.indices()).op().name(),
        weights);
  }

  private static String target(Ops tf, List<Op> ops) {
    return tf.withControlDependencies(ops).noOp().op().name();
  }

  /** Each row divided by its length. */
  private static Operand<TFloat32> unit(Ops tf, Operand<TFloat32> rows) {
    Operand<TFloat32> squares = tf.sum(tf.math.square(rows), tf.constant(-1), Sum.keepDims(true));
    return tf.math.div(rows, tf.math.maximum(tf.math.sqrt(squares), tf.constant(SMALLEST_LENGTH)));
  }
}
