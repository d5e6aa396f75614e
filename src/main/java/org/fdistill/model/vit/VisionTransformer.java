package org.fdistill.model.vit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Backbone;
import org.fdistill.model.Endpoints;
import org.fdistill.nn.VisibleTokens;
import org.fdistill.proto.VitConfig;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * A ViT: by default the one that Feature Distillation trains (the reference's {@code
 * VisionTransformerForFD}, which is BEiT's), with pre-norm blocks, LayerScale, biases on queries
 * and values, and a choice of position encodings (section 3.3 of the paper, Table 4); by its
 * options those of DINO, DINOv2, DINOv3, DeiT, CLIP, SigLIP, MAE, MoCo v3 and EVA-02.
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
    return build(scope, images, VisibleTokens.all(grid(), prefixTokens()));
  }

  @Override
  public Endpoints build(LayerScope scope, Operand<TFloat32> images, Operand<TInt32> kept) {
    return build(scope, images, new VisibleTokens(grid(), prefixTokens(), kept));
  }

  private Endpoints build(LayerScope scope, Operand<TFloat32> images, VisibleTokens visible) {
    return new VitGraph(config, visible, dropPath, finalNorm).build(scope, images);
  }
}
