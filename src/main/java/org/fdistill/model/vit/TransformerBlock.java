package org.fdistill.model.vit;

import org.fdistill.graph.Initializer;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.nn.LayerNorm;
import org.fdistill.nn.Mlp;
import org.fdistill.nn.Residual;
import org.fdistill.nn.RotaryPositions;
import org.fdistill.nn.SelfAttention;
import org.fdistill.proto.VitConfig;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * A pre-norm block with LayerScale: {@code x + drop(γ₁ attn(norm1(x)))}, then the same with the
 * MLP.
 *
 * @param config of the network
 * @param tokens N
 * @param dropPath rate of both branches
 * @param number i, which the first value of the kernels that end a branch depends on
 * @param initializers of the network
 */
record TransformerBlock(
    VitConfig config, int tokens, float dropPath, int number, VitInitializers initializers) {

  /**
   * Attention, then MLP, each on a branch with norm, LayerScale and drop path.
   *
   * @param x [B N, C]
   * @param positionBias [H, N, N], or [B, H, N, N], or null
   * @param rotary rotary positions or null
   * @return [B N, C]
   */
  Operand<TFloat32> apply(
      LayerScope scope,
      Operand<TFloat32> x,
      Operand<TFloat32> positionBias,
      RotaryPositions rotary) {
    SelfAttention attention =
        new SelfAttention(
            width(),
            config.getHeads(),
            config.getQkvBias(),
            config.getAttentionNorm() ? norm() : null,
            initializers.queriesKeysValues(),
            initializers.branchEnd(number));
    Operand<TFloating> normed = norm().forProducts(scope.at("norm1"), x);
    Operand<TFloating> mixed =
        attention.apply(scope.at("attn"), normed, tokens, positionBias, rotary);
    Operand<TFloat32> y = residual(scope, "layer_scale1", x, mixed);
    Operand<TFloating> fed = mlp().apply(scope.at("mlp"), norm().forProducts(scope.at("norm2"), y));
    return residual(scope, "layer_scale2", y, fed);
  }

  private Operand<TFloat32> residual(
      LayerScope scope, String scaleName, Operand<TFloat32> x, Operand<TFloating> branch) {
    Operand<TFloat32> scale = null;
    if (config.getLayerScale() > 0) {
      Initializer initial = Initializers.constant(config.getLayerScale());
      scale = scope.parameter(scaleName, initial, width());
    }
    return new Residual(tokens, dropPath).add(scope, scaleName, x, branch, scale);
  }

  private Mlp mlp() {
    return new Mlp(
        width(),
        hidden(),
        config.getActivation(),
        config.getMlpNorm() ? new LayerNorm(hidden(), config.getLayerNormEpsilon()) : null,
        initializers.kernel(),
        initializers.branchEnd(number));
  }

  private LayerNorm norm() {
    return new LayerNorm(width(), config.getLayerNormEpsilon());
  }

  private int width() {
    return config.getWidth();
  }

  private int hidden() {
    return config.getMlpHidden() > 0
        ? config.getMlpHidden()
        : (int) (config.getWidth() * config.getMlpRatio());
  }
}
