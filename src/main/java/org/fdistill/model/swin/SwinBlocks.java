package org.fdistill.model.swin;

import org.fdistill.graph.Initializer;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.nn.LayerNorm;
import org.fdistill.nn.Mlp;
import org.fdistill.nn.PatchEmbedding;
import org.fdistill.nn.PatchMerging;
import org.fdistill.nn.Residual;
import org.fdistill.nn.WindowAttention;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * Version 1: pre-norm blocks, {@code x + drop(attn(norm1(x)))} and the same with the MLP. First
 * values are those of its authors' code, where the patch embedding keeps PyTorch's.
 */
record SwinBlocks(SwinSizes sizes) implements SwinVersion {
  private static final Initializer NORMAL = Initializers.normal(0.02f);

  @Override
  public PatchEmbedding patchEmbedding() {
    Initializer torch =
        Initializers.uniform((float) (1 / Math.sqrt(3.0 * sizes.patch() * sizes.patch())));
    return new PatchEmbedding(sizes.patch(), sizes.width(), torch, torch);
  }

  @Override
  public Operand<TFloat32> block(
      LayerScope scope, BlockPlace place, Operand<TFloat32> x, Operand<TInt32> index) {
    int width = place.stage().width();
    LayerNorm norm = new LayerNorm(width, sizes.epsilon());
    WindowAttention attention =
        new WindowAttention(width, place.stage().heads(), place.windows(), NORMAL);
    Operand<TFloating> mixed =
        InWindows.attend(
            scope,
            place,
            norm.forProducts(scope.at("norm1"), x),
            rows -> attention.apply(scope.at("attn"), rows, index));
    Operand<TFloat32> y = residual(scope, "attn", place, x, mixed);
    Mlp mlp = new Mlp(width, sizes.hidden(width), NORMAL, NORMAL);
    Operand<TFloating> fed = mlp.apply(scope.at("mlp"), norm.forProducts(scope.at("norm2"), y));
    return residual(scope, "mlp", place, y, fed);
  }

  @Override
  public PatchMerging merging(Stage stage) {
    return new PatchMerging(stage.grid(), stage.width(), true, sizes.epsilon(), NORMAL);
  }

  private static Operand<TFloat32> residual(
      LayerScope scope,
      String purpose,
      BlockPlace place,
      Operand<TFloat32> x,
      Operand<TFloating> branch) {
    return new Residual(place.stage().tokens(), place.dropPath())
        .add(scope, purpose, x, branch, null);
  }
}
