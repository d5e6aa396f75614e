package org.fdistill.task.classify;

import java.util.LinkedHashMap;
import java.util.Map;
import org.fdistill.data.Batch;
import org.fdistill.data.Field;
import org.fdistill.task.ExampleMeans;
import org.tensorflow.Operand;
import org.tensorflow.framework.losses.CategoricalCrossentropy;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/** How good logits are. Letters: B batch, K classes. */
final class ClassScores {
  static final String TOP_1 = "top1";
  private static final int TOP_K = 5;

  private ClassScores() {}

  /** One for the class of each label [B], zero for the others: [B, K]. */
  static Operand<TFloat32> oneHot(Ops tf, Operand<TInt64> labels, int classes) {
    return tf.oneHot(
        tf.dtypes.cast(labels, TInt32.class),
        tf.constant(classes),
        tf.constant(1f),
        tf.constant(0f));
  }

  /**
   * The mean cross-entropy over the batch.
   *
   * @param logits [B, K]
   * @param targets [B, K], a share of each class
   * @param smoothing share of each target that goes to all classes alike
   */
  static Operand<TFloat32> loss(
      Ops tf, Operand<TFloat32> logits, Operand<TFloat32> targets, float smoothing) {
    return new CategoricalCrossentropy(true, smoothing).call(tf, targets, logits);
  }

  /** The share of examples whose label is the largest logit. */
  static Operand<TFloat32> top1(Ops tf, Operand<TFloat32> logits, Operand<TInt64> labels) {
    return topK(tf, logits, labels, 1);
  }

  /** The sums of a validation: loss without smoothing, top-1, and top-5 of more than 5 classes. */
  static Map<String, Operand<TFloat32>> sums(Ops tf, Operand<TFloat32> logits, Batch batch) {
    int classes = (int) logits.shape().get(1);
    Operand<TInt64> labels = batch.get(Field.LABEL);
    Map<String, Operand<TFloat32>> means = new LinkedHashMap<>();
    means.put("loss", loss(tf, logits, oneHot(tf, labels, classes), 0));
    means.put(TOP_1, top1(tf, logits, labels));
    if (classes > TOP_K) {
      means.put("top5", topK(tf, logits, labels, TOP_K));
    }
    return ExampleMeans.sums(tf, batch, means);
  }

  /** The share of examples whose label is among the k largest logits. */
  private static Operand<TFloat32> topK(
      Ops tf, Operand<TFloat32> logits, Operand<TInt64> labels, int k) {
    Operand<TInt32> targets = tf.dtypes.cast(labels, TInt32.class);
    Operand<TFloat32> hits =
        tf.dtypes.cast(tf.nn.inTopK(logits, targets, tf.constant(k)), TFloat32.class);
    return tf.math.mean(hits, tf.constant(0));
  }
}
