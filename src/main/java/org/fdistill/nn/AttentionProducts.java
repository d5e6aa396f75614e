package org.fdistill.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.fdistill.graph.CompiledLoop;
import org.fdistill.graph.FusedGradient;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * Scaled dot-product attention with a bias: {@code softmax(q kᵀ / √D + bias) v}. Products are in
 * the policy's precision, the softmax in float32.
 */
final class AttentionProducts {
  /** What the offsets are that have a gradient, which the rule cannot ask the graph for. */
  private enum Bias {
    NONE,
    BY_HEAD,
    BY_EXAMPLE;

    static Bias of(Operand<TFloat32> bias) {
      if (bias == null) {
        return NONE;
      }
      return bias.shape().numDimensions() == 4 ? BY_EXAMPLE : BY_HEAD;
    }
  }

  private static final Map<Bias, FusedGradient> GRADIENTS =
      rules("", AttentionProducts::logitGradient);

  private static final Map<Bias, FusedGradient> LOOP_GRADIENTS =
      rules("Loop", AttentionLoops.gradientOver(1));

  /** By the examples that a loop adds up, of those that share a bias. */
  private static final Map<Integer, FusedGradient> SUMMING_GRADIENTS =
      Map.of(
          2, summing("PairsBiasedAttentionGradient", 2),
          4, summing("FoursBiasedAttentionGradient", 4),
          8, summing("EightsBiasedAttentionGradient", 8));

  private AttentionProducts() {}

  private static Map<Bias, FusedGradient> rules(String kind, LogitRule rule) {
    return Map.of(
        Bias.NONE, gradient(kind + "AttentionGradient", Bias.NONE, rule),
        Bias.BY_HEAD, gradient(kind + "BiasedAttentionGradient", Bias.BY_HEAD, rule),
        Bias.BY_EXAMPLE, gradient(kind + "ExamplesBiasedAttentionGradient", Bias.BY_EXAMPLE, rule));
  }

  private static FusedGradient summing(String name, int examples) {
    return gradient(name, Bias.BY_HEAD, AttentionLoops.gradientOver(examples));
  }

  private static FusedGradient gradient(String name, Bias bias, LogitRule rule) {
    return FusedGradient.of(name, (tf, saved, dy) -> gradients(tf, saved, dy, bias, rule));
  }

  /**
   * What the gradient of the logits is computed of.
   *
   * @param weights P [B, H, N, N]
   * @param ofWeights dP, the same
   * @param result y [B, H, N, D]
   * @param upstream dy, the same
   * @param factor of the products, [], where a loop has multiplied them; null for none
   */
  record LogitTerms(
      Operand<TFloating> weights,
      Operand<TFloating> ofWeights,
      Operand<TFloating> result,
      Operand<TFloating> upstream,
      Operand<TFloat32> factor) {}

  /**
   * The gradient of the logits.
   *
   * @param rounded in the precision of products, times the factor
   * @param full in float32, for the sum over a bias; summed over some of the examples where they
   *     share it; null where it is not asked for
   */
  record LogitGradient(Operand<TFloating> rounded, Operand<TFloat32> full) {}

  /** Computes it, in float32 as well where that is asked for: dL = P (dP - rows of sum(dy y)). */
  @FunctionalInterface
  interface LogitRule {
    LogitGradient of(Ops tf, LogitTerms terms, boolean full);
  }

  /**
   * What is added to the scaled products.
   *
   * @param byHead [H, N, N], or [B, H, N, N] where it differs by example, or null
   * @param byWindow [W, 1, N, N] where the batch consists of B W windows, or null
   */
  record LogitOffsets(Operand<TFloat32> byHead, Operand<TFloat32> byWindow) {
    /**
     * To products [B W, H, N, N]: one pass over them, for they are the largest tensor.
     *
     * @param factor that a loop is to multiply them by; null for none
     */
    private Operand<TFloat32> addTo(
        LayerScope scope, Operand<TFloating> products, Operand<TFloat32> factor) {
      Ops tf = scope.tf();
      if (byHead == null) {
        return factor == null
            ? Precision.full(tf, products)
            : AttentionLoops.scaled(tf, products, factor);
      }
      if (byWindow == null) {
        return sum(scope, products, factor, byHead);
      }
      Operand<TFloat32> both = tf.math.add(byHead, byWindow);
      int[] sizes = Arrays.stream(both.shape().asArray()).mapToInt(Math::toIntExact).toArray();
      int[] windows = {-1, sizes[0], sizes[1], sizes[2], sizes[3]};
      int[] flat = {-1, sizes[1], sizes[2], sizes[3]};
      Operand<TFloating> byExample = tf.reshape(products, tf.constant(windows));
      return tf.reshape(sum(scope, byExample, factor, both), tf.constant(flat));
    }

    private static Operand<TFloat32> sum(
        LayerScope scope,
        Operand<TFloating> products,
        Operand<TFloat32> factor,
        Operand<TFloat32> offsets) {
      Ops tf = scope.tf();
      return castsInLoops(scope, products.type(), products.shape())
          ? AttentionLoops.logits(tf, products, factor == null ? tf.constant(1f) : factor, offsets)
          : tf.math.add(Precision.full(tf, products), offsets);
    }
  }

  /**
   * The values mixed by {@code softmax(q kᵀ / √D + bias)}, in every head by itself.
   *
   * @param q queries [B, H, N, D]
   * @param k keys [B, H, N, D]
   * @param v values [B, H, N, D]
   * @param bias [H, N, N], or [B, H, N, N], or null
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
    return scaled(scope, List.of(q, k, v), new LogitOffsets(bias, null), headWidth);
  }

  /**
   * As {@link #apply}, with what windows need.
   *
   * @param parts queries, keys and values
   */
  static Operand<TFloating> scaled(
      LayerScope scope,
      List<? extends Operand<TFloating>> parts,
      LogitOffsets offsets,
      int headWidth) {
    Ops tf = scope.tf();
    Operand<TFloat32> factor = tf.constant((float) (1 / Math.sqrt(headWidth)));
    Operand<TFloating> queries = parts.get(0);
    if (castsInLoops(scope, queries.type(), shapeOfProducts(parts))) {
      return attend(scope, parts, queries, offsets, factor);
    }
    Operand<TFloating> rounded = scope.precision().compute(tf, factor);
    return attend(scope, parts, tf.math.mul(queries, rounded), offsets, rounded);
  }

  /** As {@link #scaled}, of queries that need no scale. */
  static Operand<TFloating> unscaled(
      LayerScope scope, List<? extends Operand<TFloating>> parts, LogitOffsets offsets) {
    return attend(scope, parts, parts.get(0), offsets, null);
  }

  /** Whether the logits are not of the products' type and a loop makes them. */
  private static boolean castsInLoops(
      LayerScope scope, Class<? extends TFloating> type, Shape products) {
    return type != (Class<?>) TFloat32.class && CompiledLoop.pays(scope, products);
  }

  private static Shape shapeOfProducts(List<? extends Operand<TFloating>> parts) {
    Shape queries = parts.get(0).shape();
    return queries.take(queries.numDimensions() - 1).append(parts.get(1).shape().get(-2));
  }

  /** Whether loops apply a factor: then it is in float32 beside rounded products. */
  private static boolean isInLoops(Operand<?> factor, Operand<TFloating> products) {
    return factor != null && !factor.type().equals((Class<?>) products.type());
  }

  /**
   * The values mixed.
   *
   * @param queries what the keys are multiplied with
   * @param factor of the queries: where they have it already, in their type; else in float32, for
   *     the loops; null for none
   */
  private static Operand<TFloating> attend(
      LayerScope scope,
      List<? extends Operand<TFloating>> parts,
      Operand<TFloating> queries,
      LogitOffsets offsets,
      Operand<? extends TFloating> factor) {
    Ops tf = scope.tf();
    Operand<TFloating> k = parts.get(1);
    Operand<TFloating> v = parts.get(2);
    Operand<TFloating> products = BatchProduct.of(tf, queries, k, false, true);
    Operand<TFloat32> ofLoops = isInLoops(factor, products) ? Precision.full(tf, factor) : null;
    Operand<TFloat32> weights = tf.nn.softmax(offsets.addTo(scope, products, ofLoops));
    Operand<TFloating> rounded = scope.precision().compute(tf, weights);
    Operand<TFloating> y = BatchProduct.of(tf, rounded, v, false, false);

    List<Operand<?>> inputs = new ArrayList<>(parts);
    if (offsets.byHead() != null) {
      inputs.add(offsets.byHead());
    }
    List<Operand<?>> saved = new ArrayList<>(List.of(queries, k, v, rounded, y));
    if (factor != null) {
      saved.add(factor);
    }
    return rule(scope, products, Bias.of(offsets.byHead())).attach(tf, y, inputs, saved);
  }

  private static FusedGradient rule(LayerScope scope, Operand<TFloating> products, Bias bias) {
    if (!CompiledLoop.pays(scope, products)) {
      return GRADIENTS.get(bias);
    }
    int examples = bias == Bias.BY_HEAD ? AttentionLoops.summedExamples(products) : 1;
    AttentionLoops.declareGradient(scope.tf(), products.type(), bias != Bias.NONE, examples);
    return examples > 1 ? SUMMING_GRADIENTS.get(examples) : LOOP_GRADIENTS.get(bias);
  }

  /**
   * With P the weights and y = P v: dv = Pᵀ dy, dP = dy vᵀ, and for the logits dL = P (dP - rows of
   * sum(dy y)), since the sum of dP P over the keys is the one of dy y over D, which is smaller.
   */
  @SuppressWarnings("unchecked") // attach() above says which tensors these are.
  private static List<Operand<?>> gradients(
      Ops tf, List<Operand<?>> saved, Operand<?> upstream, Bias bias, LogitRule rule) {
    Operand<TFloating> scaled = (Operand<TFloating>) saved.get(0);
    Operand<TFloating> k = (Operand<TFloating>) saved.get(1);
    Operand<TFloating> v = (Operand<TFloating>) saved.get(2);
    Operand<TFloating> weights = (Operand<TFloating>) saved.get(3);
    Operand<TFloating> y = (Operand<TFloating>) saved.get(4);
    Operand<TFloating> dy = (Operand<TFloating>) upstream;
    Operand<TFloating> factor = saved.size() > 5 ? (Operand<TFloating>) saved.get(5) : null;
    boolean inLoops = isInLoops(factor, weights);

    Operand<TFloating> dWeights = BatchProduct.of(tf, dy, v, false, true);
    Operand<TFloat32> ofLoops = inLoops ? Precision.full(tf, factor) : null;
    LogitGradient dLogits =
        rule.of(tf, new LogitTerms(weights, dWeights, y, dy, ofLoops), bias != Bias.NONE);
    Operand<TFloating> rounded = dLogits.rounded();
    List<Operand<?>> gradients = new ArrayList<>();
    Operand<TFloating> dScaled = BatchProduct.of(tf, rounded, k, false, false);
    gradients.add(factor == null || inLoops ? dScaled : tf.math.mul(dScaled, factor));
    gradients.add(BatchProduct.of(tf, rounded, scaled, true, false));
    gradients.add(BatchProduct.of(tf, weights, dy, true, false));
    switch (bias) {
      case NONE -> {}
      case BY_HEAD -> gradients.add(tf.sum(dLogits.full(), tf.constant(0)));
      case BY_EXAMPLE -> gradients.add(dLogits.full());
    }
    return gradients;
  }

  private static LogitGradient logitGradient(Ops tf, LogitTerms terms, boolean asked) {
    Operand<TFloat32> full =
        ofLogits(
            tf,
            Precision.full(tf, terms.weights()),
            Precision.full(tf, terms.ofWeights()),
            Precision.full(tf, terms.result()),
            Precision.full(tf, terms.upstream()));
    return new LogitGradient(Precision.like(tf, full, terms.upstream()), asked ? full : null);
  }

  /** P (dP - rows of sum(dy y)), of {@link LogitTerms} in float32. */
  static Operand<TFloat32> ofLogits(
      Ops tf,
      Operand<TFloat32> weights,
      Operand<TFloat32> ofWeights,
      Operand<TFloat32> result,
      Operand<TFloat32> upstream) {
    Operand<TFloat32> along = InnerProducts.of(tf, upstream, result);
    return tf.math.mul(tf.math.sub(ofWeights, along), weights);
  }
}
