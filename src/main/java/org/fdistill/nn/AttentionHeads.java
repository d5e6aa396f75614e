package org.fdistill.nn;

import java.util.List;
import org.fdistill.graph.Initializer;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * From rows to the queries, keys and values of each head and back. The columns of {@code
 * qkv/kernel} [C, 3C] are queries, keys and values, each by head. Letters: B sequences (windows of
 * a batch), N tokens of each, C width, H heads, D = C/H.
 *
 * @param width C
 * @param heads H
 * @param tokens N
 */
record AttentionHeads(int width, int heads, int tokens) {

  /** D: the width of one head. */
  int headWidth() {
    return width / heads;
  }

  /**
   * The joint bias of queries and values, from the parameters {@code q_bias} and {@code v_bias}
   * [C]: [3C], zero for keys.
   *
   * @param scope of the attention layer
   */
  Operand<TFloat32> queryAndValueBias(LayerScope scope) {
    Ops tf = scope.tf();
    return tf.concat(
        List.of(
            scope.parameter("q_bias", Initializers.zeros(), width),
            tf.zeros(tf.constant(new int[] {width}), TFloat32.class),
            scope.parameter("v_bias", Initializers.zeros(), width)),
        tf.constant(0));
  }

  /**
   * Queries, keys and values of each head, by one product.
   *
   * @param scope of the attention layer
   * @param x [B N, C]
   * @param kernel first value of the joint kernel
   * @param bias [3C], or null
   * @return three of [B, H, N, D]
   */
  List<? extends Operand<TFloating>> split(
      LayerScope scope, Operand<TFloating> x, Initializer kernel, Operand<TFloat32> bias) {
    Ops tf = scope.tf();
    LayerScope inner = scope.at("qkv");
    Operand<TFloat32> joint = inner.parameter("kernel", kernel, width, 3L * width);
    Operand<TFloating> columns = Dense.product(inner, x, joint, bias);
    Operand<TFloating> split =
        tf.reshape(columns, tf.constant(new int[] {-1, tokens, 3, heads, headWidth()}));
    Operand<TFloating> byPart = tf.linalg.transpose(split, tf.constant(new int[] {2, 0, 3, 1, 4}));
    return tf.unstack(byPart, 3L).output();
  }

  /**
   * Joins the heads and projects, by the layer {@code proj}.
   *
   * @param mixed [B, H, N, D]
   * @param kernel first value of the output kernel
   * @return [B N, C]
   */
  Operand<TFloating> join(LayerScope scope, Operand<TFloating> mixed, Initializer kernel) {
    return join(scope, mixed, null, kernel);
  }

  /**
   * As {@link #join(LayerScope, Operand, Initializer)}, with the layer norm {@code norm} before the
   * projection.
   *
   * @param norm null for none
   */
  Operand<TFloating> join(
      LayerScope scope, Operand<TFloating> mixed, LayerNorm norm, Initializer kernel) {
    Ops tf = scope.tf();
    Operand<TFloating> byToken = tf.linalg.transpose(mixed, tf.constant(new int[] {0, 2, 1, 3}));
    Operand<TFloating> rows = tf.reshape(byToken, tf.constant(new int[] {-1, width}));
    Operand<TFloating> inner = norm == null ? rows : norm.forProducts(scope.at("norm"), rows);
    return Dense.of(width, width, kernel).apply(scope.at("proj"), inner);
  }
}
