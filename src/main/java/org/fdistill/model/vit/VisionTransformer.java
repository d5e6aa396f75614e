package org.fdistill.model.vit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Backbone;
import org.fdistill.model.Endpoints;
import org.fdistill.model.FeatureMap;
import org.fdistill.nn.DropPath;
import org.fdistill.nn.LayerNorm;
import org.fdistill.nn.RelativePositionBias;
import org.fdistill.proto.VitConfig;
import org.fdistill.proto.VitConfig.FinalNorm;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * A ViT: by default the one that Feature Distillation trains (the reference's {@code
 * VisionTransformerForFD}, which is BEiT's), with pre-norm blocks, LayerScale, biases on queries
 * and values, and a choice of position encodings (section 3.3 of the paper, Table 4); by its
 * options those of DINO, DINOv2, DeiT, CLIP, SigLIP, MAE and MoCo v3.
 */
public final class VisionTransformer implements Backbone {
  private final VitConfig config;
  private final float dropPath;
  private final boolean finalNorm;

  /**
   * Keeps the sizes; {@link #build} makes the parameters.
   *
   * @param config its sizes and options
   * @param dropPath rate at the last block
   */
  public VisionTransformer(VitConfig config, float dropPath) {
    this(config, dropPath, true);
  }

  private VisionTransformer(VitConfig config, float dropPath, boolean finalNorm) {
    this.config = config;
    this.dropPath = dropPath;
    this.finalNorm = finalNorm;
  }

  @Override
  public VisionTransformer withoutFinalNorm() {
    return new VisionTransformer(config, dropPath, false);
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
    return (config.getClassToken() ? 1 : 0) + config.getRegisterTokens();
  }

  @Override
  public boolean hasClassToken() {
    return config.getClassToken();
  }

  @Override
  public List<String> layers() {
    List<String> layers = new ArrayList<>();
    layers.add("(cls_token|reg_tokens|pos_embed|(patch_embed|norm_pre)/.*)");
    for (int block = 0; block < config.getDepth(); block++) {
      layers.add(String.format(Locale.ROOT, "blocks/%02d/.*", block));
    }
    return layers;
  }

  @Override
  public Endpoints build(LayerScope scope, Operand<TFloat32> images) {
    Ops tf = scope.tf();
    VitInitializers initializers = new VitInitializers(config.getInitialization(), width());
    Operand<TFloat32> rows = new TokenEmbedding(config, grid(), initializers).apply(scope, images);
    Operand<TInt32> index = usesRelativePositions() ? relativePosition().index(tf) : null;
    Operand<TFloat32> shared =
        config.getRelativePositionShared()
            ? relativePosition().apply(scope.at("rel_pos_bias"), index)
            : null;
    float[] rates = DropPath.ramp(dropPath, config.getDepth());
    List<Operand<TFloat32>> blocks = new ArrayList<>();
    for (int i = 0; i < config.getDepth(); i++) {
      LayerScope inner = scope.at("blocks").at(String.format(Locale.ROOT, "%02d", i));
      rows =
          new TransformerBlock(config, tokens(), rates[i], i, initializers)
              .apply(inner, rows, bias(inner, shared, index));
      blocks.add(rows);
    }
    return normed(scope, rows)
        .withInside(
            blocks.stream()
                .<Function<Ops, Operand<TFloat32>>>map(b -> ops -> byExample(ops, b))
                .toList(),
            List.of(
                new FeatureMap(
                    ops -> endpoints(ops, blocks.get(blocks.size() - 1)).featureMap(ops),
                    config.getPatchSize(),
                    width())));
  }

  private Endpoints normed(LayerScope scope, Operand<TFloat32> rows) {
    if (!finalNorm) {
      return endpoints(scope.tf(), rows);
    }
    return config.getFinalNorm() == FinalNorm.ON_POOLED
        ? pooledThenNormed(scope, rows)
        : endpoints(scope.tf(), norm().apply(scope.at("norm"), rows));
  }

  /** The final norm on the mean of the patches alone; the tokens leave as they are. */
  private Endpoints pooledThenNormed(LayerScope scope, Operand<TFloat32> rows) {
    Endpoints plain = endpoints(scope.tf(), rows);
    return plain.withPooled(norm().apply(scope.at("fc_norm"), plain.pooled(scope.tf())));
  }

  /** Of rows [B N, C]. */
  private Endpoints endpoints(Ops tf, Operand<TFloat32> rows) {
    return Endpoints.ofTokens(
        byExample(tf, rows),
        prefixTokens(),
        hasClassToken(),
        grid(),
        width(),
        config.getPatchSize());
  }

  /** From rows [B N, C] to [B, N, C]. */
  private Operand<TFloat32> byExample(Ops tf, Operand<TFloat32> rows) {
    return tf.reshape(rows, tf.constant(new int[] {-1, tokens(), width()}));
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

  private boolean usesRelativePositions() {
    return config.getRelativePositionShared() || config.getRelativePositionPerLayer();
  }

  private RelativePositionBias relativePosition() {
    return new RelativePositionBias(grid(), config.getClassToken(), config.getHeads());
  }

  private LayerNorm norm() {
    return new LayerNorm(width(), config.getLayerNormEpsilon());
  }

  private int tokens() {
    return grid() * grid() + prefixTokens();
  }
}
