package org.fdistill.model.vit;

import org.fdistill.graph.Initializer;
import org.fdistill.graph.Initializers;
import org.fdistill.proto.VitConfig.Initialization;

/**
 * First values of a ViT's kernels and tokens. Biases start at zero under each.
 *
 * @param kind whose they are
 * @param width C
 */
record VitInitializers(Initialization kind, int width) {
  private static final float DEVIATION = 0.02f;

  /** MoCo v3's, of its class token. */
  private static final float SMALL_DEVIATION = 1e-6f;

  /** Of the patch embedding's kernel and of those that start a branch. */
  Initializer kernel() {
    return switch (kind) {
      case FEATURE_DISTILLATION -> Initializers.normalCutAtOneDeviation(DEVIATION);
      case BEIT -> Initializers.normal(DEVIATION);
      case MAE, MOCO_V3 -> Initializers.glorotUniform();
    };
  }

  /** Of the joint kernel of queries, keys and values, [C, 3C]. */
  Initializer queriesKeysValues() {
    // Glorot's limit of each third, which has C inputs and C outputs.
    return kind == Initialization.MOCO_V3
        ? Initializers.uniform((float) Math.sqrt(3.0 / width))
        : kernel();
  }

  /** Of the kernels that end a branch of block i, the first being 0. */
  Initializer branchEnd(int block) {
    return switch (kind) {
      case FEATURE_DISTILLATION, BEIT -> kernel().times((float) (1 / Math.sqrt(2.0 * (block + 1))));
      case MAE, MOCO_V3 -> kernel();
    };
  }

  /** Of class token and registers. */
  Initializer tokens() {
    return switch (kind) {
      case FEATURE_DISTILLATION, BEIT -> kernel();
      case MAE -> Initializers.normal(DEVIATION);
      case MOCO_V3 -> Initializers.normal(SMALL_DEVIATION);
    };
  }

  /** Of learned absolute positions. */
  Initializer positions() {
    return switch (kind) {
      case FEATURE_DISTILLATION, BEIT -> kernel();
      case MAE, MOCO_V3 -> Initializers.normal(DEVIATION);
    };
  }
}
