package org.fdistill.nn;

import java.util.List;
import org.fdistill.graph.CompiledLoop;
import org.fdistill.graph.CompiledLoop.Result;
import org.fdistill.graph.Precision;
import org.fdistill.nn.AttentionProducts.LogitGradient;
import org.fdistill.nn.AttentionProducts.LogitTerms;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * What {@link AttentionProducts} does to its largest tensors, [B, H, N, N], as compiled loops. The
 * softmax is not among them: TensorFlow's takes half the time of XLA's.
 */
final class AttentionLoops {
  private static final CompiledLoop LOGITS =
      CompiledLoop.of("Logits", (tf, x) -> List.of(tf.math.add(x.get(0), x.get(1))));

  private static final CompiledLoop GRADIENT =
      CompiledLoop.of("LogitsGradient", AttentionLoops::gradient);

  private AttentionLoops() {}

  /**
   * The sum in float32.
   *
   * @param products [..., H, N, N], known
   * @param offsets the same, or with fewer dimensions
   * @return the shape of the products
   */
  static Operand<TFloat32> logits(Ops tf, Operand<TFloating> products, Operand<TFloat32> offsets) {
    LOGITS.declare(tf, List.of(products.type(), TFloat32.class), List.of(TFloat32.class));
    List<Result> sum = List.of(new Result(TFloat32.class, products));
    return Precision.full(tf, LOGITS.call(tf, List.of(products, offsets), sum).get(0));
  }

  /** Before {@link #logitGradient}, for products of a type. */
  static void declareGradient(Ops tf, Class<? extends TFloating> type, boolean full) {
    GRADIENT.declare(tf, List.of(type, type, type, type), stored(type, full));
  }

  private static List<Class<? extends TFloating>> stored(
      Class<? extends TFloating> type, boolean full) {
    return type == TFloat32.class || !full ? List.of(type) : List.of(type, TFloat32.class);
  }

  static LogitGradient logitGradient(Ops tf, LogitTerms terms, boolean asked) {
    Operand<TFloating> weights = terms.weights();
    List<Operand<TFloating>> results =
        GRADIENT.call(
            tf,
            List.of(weights, terms.ofWeights(), terms.result(), terms.upstream()),
            Result.alike(stored(weights.type(), asked), weights));
    Operand<TFloat32> full = asked ? Precision.full(tf, results.get(results.size() - 1)) : null;
    return new LogitGradient(results.get(0), full);
  }

  private static List<Operand<TFloat32>> gradient(Ops tf, List<Operand<TFloat32>> x) {
    Operand<TFloat32> dLogits =
        AttentionProducts.ofLogits(tf, x.get(0), x.get(1), x.get(2), x.get(3));
    return List.of(dLogits, dLogits);
  }
}
