package org.fdistill.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.fdistill.graph.CompiledLoop;
import org.fdistill.graph.CompiledLoop.Result;
import org.fdistill.graph.Precision;
import org.fdistill.nn.AttentionProducts.LogitGradient;
import org.fdistill.nn.AttentionProducts.LogitRule;
import org.fdistill.nn.AttentionProducts.LogitTerms;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * What {@link AttentionProducts} does to its largest tensors, [B, H, N, N], as compiled loops. The
 * softmax is not among them: TensorFlow's takes half the time of XLA's.
 */
final class AttentionLoops {
  private static final CompiledLoop LOGITS =
      CompiledLoop.of(
          "Logits", (tf, x) -> List.of(tf.math.add(tf.math.mul(x.get(0), x.get(1)), x.get(2))));

  private static final CompiledLoop SCALED =
      CompiledLoop.of("ScaledLogits", (tf, x) -> List.of(tf.math.mul(x.get(0), x.get(1))));

  /** By the examples that each adds up for the bias that they share. */
  private static final Map<Integer, CompiledLoop> GRADIENTS =
      Map.of(1, gradientLoop(1), 2, gradientLoop(2), 4, gradientLoop(4), 8, gradientLoop(8));

  private AttentionLoops() {}

  /**
   * Products times a factor, plus offsets, in float32.
   *
   * @param products [..., H, N, N], known
   * @param factor []
   * @param offsets the shape of the products, or with fewer dimensions
   * @return the shape of the products
   */
  static Operand<TFloat32> logits(
      Ops tf, Operand<TFloating> products, Operand<TFloat32> factor, Operand<TFloat32> offsets) {
    return logits(LOGITS, tf, products, List.of(factor, offsets));
  }

  /** As {@link #logits}, without offsets. */
  static Operand<TFloat32> scaled(Ops tf, Operand<TFloating> products, Operand<TFloat32> factor) {
    return logits(SCALED, tf, products, List.of(factor));
  }

  private static Operand<TFloat32> logits(
      CompiledLoop loop, Ops tf, Operand<TFloating> products, List<Operand<TFloat32>> others) {
    Class<? extends TFloating> full = TFloat32.class;
    List<Class<? extends TFloating>> types = new ArrayList<>(List.of(products.type()));
    List<Operand<? extends TFloating>> arguments = new ArrayList<>(List.of(products));
    for (Operand<TFloat32> other : others) {
      types.add(full);
      arguments.add(other);
    }
    loop.declare(tf, types, List.of(full));
    return Precision.full(tf, loop.call(tf, arguments, List.of(new Result(full, products))).get(0));
  }

  /**
   * How many examples a loop is to add up for a bias that they share: beside rounded gradients they
   * would be stored once more in float32 to be added up.
   *
   * @param products [B, H, N, N], known
   * @return 1, 2, 4 or 8, which divides B
   */
  static int summedExamples(Operand<TFloating> products) {
    boolean stored = products.type() != (Class<?>) TFloat32.class;
    return stored ? (int) Math.min(8, Long.lowestOneBit(products.shape().get(0))) : 1;
  }

  /** Before the rule of {@link #gradientOver}, for products of a type. */
  static void declareGradient(Ops tf, Class<? extends TFloating> type, boolean full, int examples) {
    List<Class<? extends TFloating>> arguments = List.of(type, type, type, type, TFloat32.class);
    GRADIENTS.get(examples).declare(tf, arguments, stored(type, full));
  }

  private static List<Class<? extends TFloating>> stored(
      Class<? extends TFloating> type, boolean full) {
    return type == TFloat32.class || !full ? List.of(type) : List.of(type, TFloat32.class);
  }

  /**
   * The gradient of the logits, with the sums over so many examples at a time where it is asked for
   * in float32 beside another precision.
   */
  static LogitRule gradientOver(int examples) {
    return (tf, terms, asked) -> logitGradient(tf, terms, asked, examples);
  }

  private static LogitGradient logitGradient(
      Ops tf, LogitTerms terms, boolean asked, int examples) {
    Operand<TFloating> weights = terms.weights();
    List<Result> stored = new ArrayList<>();
    for (Class<? extends TFloating> type : stored(weights.type(), asked)) {
      stored.add(new Result(type, stored.isEmpty() || examples == 1 ? weights : null));
    }
    Operand<TFloat32> factor = terms.factor() == null ? tf.constant(1f) : terms.factor();
    List<Operand<?>> arguments =
        List.of(weights, terms.ofWeights(), terms.result(), terms.upstream(), factor);
    List<Operand<TFloating>> results = GRADIENTS.get(examples).call(tf, arguments, stored);
    Operand<TFloat32> full = asked ? Precision.full(tf, results.get(results.size() - 1)) : null;
    return new LogitGradient(results.get(0), full);
  }

  private static CompiledLoop gradientLoop(int examples) {
    return CompiledLoop.of(
        "LogitsGradient" + examples,
        (tf, x) ->
            List.of(
                tf.math.mul(gradient(tf, x), x.get(4)),
                summedGradient(tf, x.subList(0, 4), examples)));
  }

  private static Operand<TFloat32> gradient(Ops tf, List<Operand<TFloat32>> x) {
    return AttentionProducts.ofLogits(tf, x.get(0), x.get(1), x.get(2), x.get(3));
  }

  /** [B / examples, H, N, N]: each the sum over examples that are B / examples apart. */
  private static Operand<TFloat32> summedGradient(Ops tf, List<Operand<TFloat32>> x, int examples) {
    List<List<Output<TFloat32>>> parts =
        x.stream().map(t -> tf.split(tf.constant(0), t, (long) examples).output()).toList();
    return IntStream.range(0, examples)
        .mapToObj(i -> gradient(tf, parts.stream().<Operand<TFloat32>>map(p -> p.get(i)).toList()))
        .reduce(tf.math::add)
        .orElseThrow();
  }
}
