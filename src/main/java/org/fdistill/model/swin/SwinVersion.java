package org.fdistill.model.swin;

import org.fdistill.graph.LayerScope;
import org.fdistill.nn.PatchEmbedding;
import org.fdistill.nn.PatchMerging;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** What the two versions of Swin do differently. */
interface SwinVersion {
  /** The layer from pixels to the tokens of the first stage, which a norm then takes. */
  PatchEmbedding patchEmbedding();

  /**
   * Attention in windows, then MLP, each on a branch with a norm and drop path.
   *
   * @param x [B N, C], in the order of the stage
   * @param index from {@link org.fdistill.nn.RelativePositionBias#index}, for the stage's windows
   * @return the same shape
   */
  Operand<TFloat32> block(
      LayerScope scope, BlockPlace place, Operand<TFloat32> x, Operand<TInt32> index);

  /** The step from a stage to the next. */
  PatchMerging merging(Stage stage);
}
