package org.fdistill.model.vit;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.graph.Initializer;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.nn.LayerNorm;
import org.fdistill.nn.PatchEmbedding;
import org.fdistill.nn.VisibleTokens;
import org.fdistill.proto.VitConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * What comes before the first block: patches become tokens behind class token and registers, get
 * their absolute positions, and are normalised where the network has a norm there.
 *
 * @param config of the network
 * @param visible tokens
 * @param initializers of the network
 */
record TokenEmbedding(VitConfig config, VisibleTokens visible, VitInitializers initializers) {

  /**
   * From images to the rows that the first block takes.
   *
   * @param scope of the network
   * @param images [B, S, S, 3]
   * @return [B N, C] of the visible tokens
   */
  Operand<TFloat32> apply(LayerScope scope, Operand<TFloat32> images) {
    Ops tf = scope.tf();
    Operand<TFloat32> tokens = positioned(scope, tokens(scope, images));
    Operand<TFloat32> rows = tf.reshape(tokens, tf.constant(new int[] {-1, width()}));
    return config.getPreNorm()
        ? new LayerNorm(width(), config.getLayerNormEpsilon()).apply(scope.at("norm_pre"), rows)
        : rows;
  }

  /** [B, S, S, 3] to [B, N, C]: class token, registers, patches. */
  private Operand<TFloat32> tokens(LayerScope scope, Operand<TFloat32> images) {
    Ops tf = scope.tf();
    Initializer bias = config.getPatchBias() ? Initializers.zeros() : null;
    Operand<TFloat32> rows =
        new PatchEmbedding(config.getPatchSize(), width(), initializers.kernel(), bias)
            .apply(scope.at("patch_embed"), images, visible);
    Operand<TFloat32> patches =
        tf.reshape(rows, tf.constant(new int[] {-1, visible.patches(), width()}));
    List<Operand<TFloat32>> prefix = prefix(scope);
    if (prefix.isEmpty()) {
      return patches;
    }
    List<Operand<TFloat32>> parts = new ArrayList<>();
    prefix.forEach(part -> parts.add(repeated(tf, part, images)));
    parts.add(patches);
    return tf.concat(parts, tf.constant(1));
  }

  /** The learned tokens: [1, 1, C] and [1, R, C], or what there is of them. */
  private List<Operand<TFloat32>> prefix(LayerScope scope) {
    List<Operand<TFloat32>> prefix = new ArrayList<>();
    if (config.getClassToken()) {
      prefix.add(scope.parameter("cls_token", initializers.tokens(), 1, 1, width()));
    }
    int registers = config.getRegisterTokens();
    if (registers > 0) {
      prefix.add(scope.parameter("reg_tokens", initializers.tokens(), 1, registers, width()));
    }
    return prefix;
  }

  /** One copy of tokens [1, R, C] for each image of the batch. */
  private Operand<TFloat32> repeated(Ops tf, Operand<TFloat32> tokens, Operand<TFloat32> images) {
    long batch = images.shape().get(0);
    int count = (int) tokens.shape().get(1);
    Operand<TInt32> size =
        batch > 0
            ? tf.constant(new int[] {(int) batch})
            : tf.slice(tf.shape(images), tf.constant(new int[] {0}), tf.constant(new int[] {1}));
    Operand<TInt32> shape =
        tf.concat(List.of(size, tf.constant(new int[] {count, width()})), tf.constant(0));
    return tf.broadcastTo(tokens, shape);
  }

  private Operand<TFloat32> positioned(LayerScope scope, Operand<TFloat32> tokens) {
    if (!config.getAbsolutePosition()) {
      return tokens;
    }
    AbsolutePositions positions =
        new AbsolutePositions(config, visible.grid(), initializers.positions());
    Ops tf = scope.tf();
    return tf.math.add(tokens, visible.ofTable(tf, positions.build(scope)));
  }

  private int width() {
    return config.getWidth();
  }
}
