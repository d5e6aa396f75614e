package org.fdistill.model.swin;

import org.fdistill.graph.Initializer;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.nn.CosineAttention;
import org.fdistill.nn.LayerNorm;
import org.fdistill.nn.Mlp;
import org.fdistill.nn.PatchEmbedding;
import org.fdistill.nn.PatchMerging;
import org.fdistill.nn.Residual;
import org.fdistill.proto.SwinV2Config;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * Version 2: a norm at the end of each branch, {@code x + drop(norm1(attn(x)))} and the same with
 * the MLP, and now and then one on the sum. First values are those of the reference's student:
 * normal with deviation 0.02, and attn/proj and mlp/fc2 of the network's k-th block, from 1,
 * divided by sqrt(2 k).
 */
record SwinV2Blocks(SwinSizes sizes, SwinV2Config config) implements SwinVersion {
  private static final Initializer NORMAL = Initializers.normal(0.02f);

  @Override
  public PatchEmbedding patchEmbedding() {
    return new PatchEmbedding(sizes.patch(), sizes.width(), NORMAL, Initializers.zeros());
  }

  @Override
  public Operand<TFloat32> block(
      LayerScope scope, BlockPlace place, Operand<TFloat32> x, Operand<TInt32> index) {
    int width = place.stage().width();
    Initializer rescaled = NORMAL.times((float) (1 / Math.sqrt(2.0 * (place.ofNetwork() + 1))));
    CosineAttention attention = attention(place, rescaled);
    Operand<TFloating> mixed =
        InWindows.attend(scope, place, x, rows -> attention.apply(scope.at("attn"), rows, index));
    Operand<TFloat32> y = residual(scope, "norm1", place, x, mixed);
    Mlp mlp = new Mlp(width, sizes.hidden(width), NORMAL, rescaled);
    Operand<TFloat32> z = residual(scope, "norm2", place, y, mlp.apply(scope.at("mlp"), y));
    return endsWithNorm(place)
        ? new LayerNorm(width, sizes.epsilon()).apply(scope.at("main_norm"), z)
        : z;
  }

  @Override
  public PatchMerging merging(Stage stage) {
    return new PatchMerging(stage.grid(), stage.width(), false, sizes.epsilon(), NORMAL);
  }

  private CosineAttention attention(BlockPlace place, Initializer projection) {
    Stage stage = place.stage();
    return new CosineAttention(
        stage.width(), stage.heads(), place.windows(), positionWindow(stage), NORMAL, projection);
  }

  private int positionWindow(Stage stage) {
    int given = config.getPositionWindowCount() > 0 ? config.getPositionWindow(stage.number()) : 0;
    return given > 0 ? given : stage.window();
  }

  /** As the reference counts: after every so many blocks of each stage, from its first. */
  private boolean endsWithNorm(BlockPlace place) {
    int interval = config.getMainNormInterval();
    return interval > 0 && (place.number() + 1) % interval == 0;
  }

  private Operand<TFloat32> residual(
      LayerScope scope,
      String name,
      BlockPlace place,
      Operand<TFloat32> x,
      Operand<TFloating> branch) {
    Stage stage = place.stage();
    LayerNorm norm =
        new LayerNorm(
            stage.width(), sizes.epsilon(), Initializers.constant(config.getBranchNormScale()));
    Operand<TFloat32> normed = norm.apply(scope.at(name), branch);
    return new Residual(stage.tokens(), place.dropPath()).add(scope, name, x, normed, null);
  }
}
