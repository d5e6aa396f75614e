package org.fdistill.task.segment;

import java.util.List;
import org.fdistill.data.augment.MaskDecoder;
import org.fdistill.graph.FusedGradient;
import org.fdistill.graph.Replicas;
import org.fdistill.nn.Bilinear;
import org.fdistill.proto.SegmentTask.LossMean;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.SparseSoftmaxCrossEntropyWithLogits;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * Softmax cross-entropy at each pixel of a mask, of logits that are brought to its sides. Pixels
 * without a class lose nothing. Letters: B batch, S side of the mask, K classes.
 *
 * @param mean what the sum over the pixels is divided by
 * @param replicas that share the batch: labelled pixels are counted over all of them
 */
record PixelLoss(LossMean mean, Replicas replicas) {
  /** The kernel gives the gradient with the loss; TensorFlow has none registered in C++. */
  private static final FusedGradient GRADIENT =
      FusedGradient.of("PixelLossGradient", PixelLoss::gradients);

  /** What divides where no pixel has a class. */
  private static final float LEAST = 1;

  /**
   * The mean loss.
   *
   * @param logits [B, G, G, K], coarser than the mask
   * @param mask [B, S, S], classes from 0; {@link MaskDecoder#NO_CLASS}: no class
   * @return scalar
   */
  Operand<TFloat32> of(Ops tf, Operand<TFloat32> logits, Operand<? extends TNumber> mask) {
    int side = (int) mask.shape().get(1);
    int classes = (int) logits.shape().get(3);
    Operand<TInt32> labels =
        tf.reshape(tf.dtypes.cast(mask, TInt32.class), tf.constant(new int[] {-1}));
    Operand<TBool> labelled = tf.math.notEqual(labels, tf.constant(MaskDecoder.NO_CLASS));
    Operand<TFloat32> large = Bilinear.resize(tf, logits, side);
    Operand<TFloat32> rows = tf.reshape(large, tf.constant(new int[] {-1, classes}));
    Operand<TFloat32> each = losses(tf, rows, tf.select(labelled, labels, tf.zerosLike(labels)));
    Operand<TFloat32> weights = tf.dtypes.cast(labelled, TFloat32.class);
    Operand<TInt32> all = tf.constant(new int[] {0});
    Operand<TFloat32> sum = tf.sum(tf.math.mul(each, weights), all);
    Operand<TFloat32> pixels =
        mean == LossMean.ALL_PIXELS
            ? tf.dtypes.cast(tf.size(labels), TFloat32.class)
            : tf.math.maximum(replicas.mean(tf, tf.sum(weights, all)), tf.constant(LEAST));
    return tf.math.div(sum, pixels);
  }

  /** The loss of each row: logits [rows, K], labels [rows], 0 to K - 1. */
  private static Operand<TFloat32> losses(
      Ops tf, Operand<TFloat32> logits, Operand<TInt32> labels) {
    SparseSoftmaxCrossEntropyWithLogits<TFloat32> both =
        SparseSoftmaxCrossEntropyWithLogits.create(tf.scope(), logits, labels);
    return GRADIENT.attach(tf, both.loss(), List.of(logits), List.of(both.backprop()));
  }

  @SuppressWarnings("unchecked") // Logits and losses are float32.
  private static List<Operand<?>> gradients(Ops tf, List<Operand<?>> saved, Operand<?> upstream) {
    Operand<TFloat32> each = tf.expandDims((Operand<TFloat32>) upstream, tf.constant(1));
    return List.of(tf.math.mul((Operand<TFloat32>) saved.get(0), each));
  }
}
