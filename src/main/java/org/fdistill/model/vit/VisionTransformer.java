package org.fdistill.model.vit;

import java.util.List;
import java.util.Locale;
import org.fdistill.graph.Initializer;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Backbone;
import org.fdistill.model.Endpoints;
import org.fdistill.nn.DropPath;
import org.fdistill.nn.LayerNorm;
import org.fdistill.nn.RelativePositionBias;
import org.fdistill.proto.VitConfig;
import org.fdistill.proto.VitConfig.Initialization;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The ViT that Feature Distillation trains (the reference's {@code VisionTransformerForFD}, which
 * is BEiT's): pre-norm blocks with LayerScale, biases on queries and values, and a choice of
 * position encodings (section 3.3 of the paper, Table 4).
 */
public final class VisionTransformer implements Backbone {
  private static final float DEVIATION = 0.02f;

  private final VitConfig config;
  private final float dropPath;

  /**
   * Describes a network.
   *
   * @param config its sizes and options
   * @param dropPath rate at the last block
   */
  public VisionTransformer(VitConfig config, float dropPath) {
    this.config = config;
    this.dropPath = dropPath;
  }

  @Override
  public int imageSize() {
    return config.getImageSize();
  }

  @Override
  public int width() {
    return config.getWidth();
  }

  @Override
  public int grid() {
    return config.getImageSize() / config.getPatchSize();
  }

  @Override
  public int prefixTokens() {
    return config.getClassToken() ? 1 : 0;
  }

  @Override
  public Endpoints build(LayerScope scope, Operand<TFloat32> images) {
    Ops tf = scope.tf();
    Operand<TFloat32> rows =
        tf.reshape(positioned(scope, embed(scope, images)), tf.constant(new int[] {-1, width()}));
    Operand<TInt32> index = usesRelativePositions() ? relativePosition().index(tf) : null;
    Operand<TFloat32> shared =
        config.getRelativePositionShared()
            ? relativePosition().apply(scope.at("rel_pos_bias"), index)
            : null;
    float[] rates = DropPath.ramp(dropPath, config.getDepth());
    for (int i = 0; i < config.getDepth(); i++) {
      LayerScope inner = scope.at("blocks").at(String.format(Locale.ROOT, "%02d", i));
      rows = block(i, rates[i]).apply(inner, rows, bias(inner, shared, index));
    }
    Operand<TFloat32> normed =
        new LayerNorm(width(), config.getLayerNormEpsilon()).apply(scope.at("norm"), rows);
    return new Endpoints(byExample(tf, normed), prefixTokens(), grid(), width());
  }

  /** Rows [B N, C] as [B, N, C]. */
  private Operand<TFloat32> byExample(Ops tf, Operand<TFloat32> rows) {
    return tf.reshape(rows, tf.constant(new int[] {-1, tokens(), width()}));
  }

  /** Patches to tokens: [B, S, S, 3] to [B, N, C], the class token first. */
  private Operand<TFloat32> embed(LayerScope scope, Operand<TFloat32> images) {
    Ops tf = scope.tf();
    Operand<TFloat32> patches =
        new PatchEmbedding(config.getPatchSize(), width(), initializer())
            .apply(scope.at("patch_embed"), images);
    Operand<TFloat32> tokens =
        tf.reshape(patches, tf.constant(new int[] {-1, grid() * grid(), width()}));
    if (!config.getClassToken()) {
      return tokens;
    }
    Operand<TFloat32> token = scope.parameter("cls_token", initializer(), 1, 1, width());
    return tf.concat(List.of(repeated(tf, token, images), tokens), tf.constant(1));
  }

  /** One copy of a [1, 1, C] token for each image of the batch. */
  private Operand<TFloat32> repeated(Ops tf, Operand<TFloat32> token, Operand<TFloat32> images) {
    long batch = images.shape().get(0);
    Operand<TInt32> size =
        batch > 0
            ? tf.constant(new int[] {(int) batch})
            : tf.slice(tf.shape(images), tf.constant(new int[] {0}), tf.constant(new int[] {1}));
    Operand<TInt32> shape =
        tf.concat(List.of(size, tf.constant(new int[] {1, width()})), tf.constant(0));
    return tf.broadcastTo(token, shape);
  }

  private Operand<TFloat32> positioned(LayerScope scope, Operand<TFloat32> tokens) {
    if (!config.getAbsolutePosition()) {
      return tokens;
    }
    Operand<TFloat32> positions = scope.parameter("pos_embed", initializer(), 1, tokens(), width());
    return scope.tf().math.add(tokens, positions);
  }

  /** The bias of one block: its own table, the shared one, both, or null. */
  private Operand<TFloat32> bias(
      LayerScope block, Operand<TFloat32> shared, Operand<TInt32> index) {
    if (!config.getRelativePositionPerLayer()) {
      return shared;
    }
    Operand<TFloat32> own = relativePosition().apply(block.at("attn").at("rel_pos_bias"), index);
    return shared == null ? own : block.tf().math.add(own, shared);
  }

  private TransformerBlock block(int number, float rate) {
    Initializer plain = initializer();
    Initializer rescaled = plain.times((float) (1 / Math.sqrt(2.0 * (number + 1))));
    return new TransformerBlock(config, tokens(), rate, plain, rescaled);
  }

  private Initializer initializer() {
    return config.getInitialization() == Initialization.FEATURE_DISTILLATION
        ? Initializers.normalCutAtOneDeviation(DEVIATION)
        : Initializers.normal(DEVIATION);
  }

  private boolean usesRelativePositions() {
    return config.getRelativePositionShared() || config.getRelativePositionPerLayer();
  }

  private RelativePositionBias relativePosition() {
    return new RelativePositionBias(grid(), config.getClassToken(), config.getHeads());
  }

  private int tokens() {
    return grid() * grid() + prefixTokens();
  }
}
