package org.fdistill.nn;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.graph.FusedGradient;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * Scaled dot-product attention with a bias: {@code softmax(q kᵀ / √D + bias) v}. Products are in
 * the policy's precision, the softmax in float32.
 */
final class AttentionProducts {
  private static final FusedGradient WITH_BIAS =
      FusedGradient.of("BiasedAttentionGradient", (tf, s, dy) -> gradients(tf, s, dy, true));
  private static final FusedGradient WITHOUT_BIAS =
      FusedGradient.of("AttentionGradient", (tf, s, dy) -> gradients(tf, s, dy, false));

  private AttentionProducts() {}

  /**
   * Attends.
   *
   * @param q queries [B, H, N, D]
   * @param k keys [B, H, N, D]
   * @param v values [B, H, N, D]
   * @param bias [H, N, N], or null
   * @param headWidth D
   * @return [B, H, N, D]
   */
  static Operand<TFloating> apply(
      LayerScope scope,
      Operand<TFloating> q,
      Operand<TFloating> k,
      Operand<TFloating> v,
      Operand<TFloat32> bias,
      int headWidth) {
    Ops tf = scope.tf();
    Operand<TFloating> scale =
        scope.precision().compute(tf, tf.constant((float) (1 / Math.sqrt(headWidth))));
    Operand<TFloating> scaled = tf.math.mul(q, scale);
    Operand<TFloat32> logits = Precision.full(tf, BatchProduct.of(tf, scaled, k, false, true));
    Operand<TFloat32> biased = bias == null ? logits : tf.math.add(logits, bias);
    Operand<TFloat32> weights = tf.nn.softmax(biased);
    Operand<TFloating> rounded = scope.precision().compute(tf, weights);
    Operand<TFloating> y = BatchProduct.of(tf, rounded, v, false, false);

    List<Operand<?>> inputs = new ArrayList<>(List.of(q, k, v));
    if (bias != null) {
      inputs.add(bias);
    }
    FusedGradient gradient = bias == null ? WITHOUT_BIAS : WITH_BIAS;
    return gradient.attach(tf, y, inputs, List.of(scaled, k, v, rounded, y, scale));
  }

  /**
   * With P the weights and y = P v: dv = Pᵀ dy, dP = dy vᵀ, and for the logits dL = P (dP - rows of
   * sum(dy y)), since the sum of dP P over the keys is the one of dy y over D, which is smaller.
   */
  @SuppressWarnings("unchecked") // attach() above says which tensors these are.
  private static List<Operand<?>> gradients(
      Ops tf, List<Operand<?>> saved, Operand<?> upstream, boolean hasBias) {
    Operand<TFloating> scaled = (Operand<TFloating>) saved.get(0);
    Operand<TFloating> k = (Operand<TFloating>) saved.get(1);
    Operand<TFloating> v = (Operand<TFloating>) saved.get(2);
    Operand<TFloating> weights = (Operand<TFloating>) saved.get(3);
    Operand<TFloating> y = (Operand<TFloating>) saved.get(4);
    Operand<TFloating> scale = (Operand<TFloating>) saved.get(5);
    Operand<TFloating> dy = (Operand<TFloating>) upstream;

    Operand<TFloat32> along =
        tf.sum(
            tf.math.mul(Precision.full(tf, dy), Precision.full(tf, y)),
            tf.constant(-1),
            Sum.keepDims(true));
    Operand<TFloat32> dWeights = Precision.full(tf, BatchProduct.of(tf, dy, v, false, true));
    Operand<TFloat32> dLogits =
        tf.math.mul(tf.math.sub(dWeights, along), Precision.full(tf, weights));
    Operand<TFloating> rounded = Precision.like(tf, dLogits, dy);
    List<Operand<?>> gradients = new ArrayList<>();
    gradients.add(tf.math.mul(BatchProduct.of(tf, rounded, k, false, false), scale));
    gradients.add(BatchProduct.of(tf, rounded, scaled, true, false));
    gradients.add(BatchProduct.of(tf, weights, dy, true, false));
    if (hasBias) {
      gradients.add(tf.sum(dLogits, tf.constant(0)));
    }
    return gradients;
  }
}
