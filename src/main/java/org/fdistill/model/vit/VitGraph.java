package org.fdistill.model.vit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Endpoints;
import org.fdistill.model.FeatureMap;
import org.fdistill.nn.DropPath;
import org.fdistill.nn.LayerNorm;
import org.fdistill.nn.RelativePositionBias;
import org.fdistill.nn.RotaryPositions;
import org.fdistill.nn.VisibleTokens;
import org.fdistill.proto.VitConfig;
import org.fdistill.proto.VitConfig.RotaryPosition;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * A ViT on the tokens that it sees. Positions are those of the whole grid: absolute ones are added
 * before tokens are left out, as in MAE, and relative and rotary ones are looked up at what is
 * left. Letters: n visible tokens, of N.
 *
 * @param config of the network
 * @param visible tokens
 * @param dropPath rate at the last block
 * @param finalNorm whether it has its final norm
 */
record VitGraph(VitConfig config, VisibleTokens visible, float dropPath, boolean finalNorm) {

  /**
   * From normalised images to tokens and maps.
   *
   * @param scope of the network
   * @param images [B, S, S, 3]
   */
  Endpoints build(LayerScope scope, Operand<TFloat32> images) {
    Ops tf = scope.tf();
    VitInitializers initializers = new VitInitializers(config.getInitialization(), width());
    Operand<TFloat32> rows = new TokenEmbedding(config, visible, initializers).apply(scope, images);
    Operand<TInt32> index = usesRelativePositions() ? pairs(tf) : null;
    Operand<TFloat32> shared =
        config.getRelativePositionShared() ? table(scope.at("rel_pos_bias"), index) : null;
    RotaryPositions rotary = rotary(tf);
    float[] rates = DropPath.ramp(dropPath, config.getDepth());
    List<Operand<TFloat32>> blocks = new ArrayList<>();
    for (int i = 0; i < config.getDepth(); i++) {
      LayerScope inner = scope.at("blocks").at(String.format(Locale.ROOT, "%02d", i));
      rows =
          new TransformerBlock(config, visible.count(), rates[i], i, initializers)
              .apply(inner, rows, bias(inner, shared, index), rotary);
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
    return switch (config.getFinalNorm()) {
      case ON_TOKENS -> endpoints(scope.tf(), norm().apply(scope.at("norm"), rows));
      case ON_POOLED -> pooledThenNormed(scope, rows);
      case NO_FINAL_NORM -> endpoints(scope.tf(), rows);
      case SEPARATE -> endpoints(scope.tf(), separatelyNormed(scope, rows));
    };
  }

  /** One norm for class token and registers, one for patches: [B n, C] to [B, n, C]. */
  private Operand<TFloat32> separatelyNormed(LayerScope scope, Operand<TFloat32> rows) {
    Ops tf = scope.tf();
    int[] sizes = {visible.prefixTokens(), visible.patches()};
    List<Output<TFloat32>> parts =
        tf.splitV(byExample(tf, rows), tf.constant(sizes), tf.constant(1), 2L).output();
    String[] names = {"cls_norm", "norm"};
    List<Operand<TFloat32>> normed = new ArrayList<>();
    for (int i = 0; i < sizes.length; i++) {
      Operand<TFloat32> flat = tf.reshape(parts.get(i), tf.constant(new int[] {-1, width()}));
      Operand<TFloat32> part = norm().apply(scope.at(names[i]), flat);
      normed.add(tf.reshape(part, tf.constant(new int[] {-1, sizes[i], width()})));
    }
    return tf.concat(normed, tf.constant(1));
  }

  /** The final norm on the mean of the patches alone; the tokens leave as they are. */
  private Endpoints pooledThenNormed(LayerScope scope, Operand<TFloat32> rows) {
    Endpoints plain = endpoints(scope.tf(), rows);
    return plain.withPooled(norm().apply(scope.at("fc_norm"), plain.pooled(scope.tf())));
  }

  /** Of rows [B n, C], or [B, n, C]. */
  private Endpoints endpoints(Ops tf, Operand<TFloat32> rows) {
    return Endpoints.ofTokens(
            byExample(tf, rows),
            visible.prefixTokens(),
            config.getClassToken(),
            visible.grid(),
            width(),
            config.getPatchSize())
        .keeping(visible.kept());
  }

  /** From rows [B n, C] to [B, n, C]. */
  private Operand<TFloat32> byExample(Ops tf, Operand<TFloat32> rows) {
    return tf.reshape(rows, tf.constant(new int[] {-1, visible.count(), width()}));
  }

  /** The bias of one block: its own table, the shared one, both, or null. */
  private Operand<TFloat32> bias(
      LayerScope block, Operand<TFloat32> shared, Operand<TInt32> index) {
    if (!config.getRelativePositionPerLayer()) {
      return shared;
    }
    Operand<TFloat32> own = table(block.at("attn").at("rel_pos_bias"), index);
    return shared == null ? own : block.tf().math.add(own, shared);
  }

  private boolean usesRelativePositions() {
    return config.getRelativePositionShared() || config.getRelativePositionPerLayer();
  }

  /** What turns queries and keys; null for none. */
  private RotaryPositions rotary(Ops tf) {
    RotaryPosition kind = config.getRotaryPosition();
    int headWidth = width() / config.getHeads();
    return kind == RotaryPosition.NO_ROTARY
        ? null
        : new RotaryAngles(kind, visible.grid(), visible.prefixTokens(), headWidth)
            .positions(tf)
            .of(tf, visible);
  }

  /** Of each pair of visible tokens the row in a table, for {@link #table}. */
  private Operand<TInt32> pairs(Ops tf) {
    RelativePositionBias bias = relativePosition();
    return visible.isAll() ? bias.index(tf) : bias.index(tf, visible);
  }

  /** The bias of one table: [H, N, N], or [B, H, n, n] where tokens are hidden. */
  private Operand<TFloat32> table(LayerScope scope, Operand<TInt32> index) {
    RelativePositionBias bias = relativePosition();
    return visible.isAll()
        ? bias.apply(scope, index)
        : bias.applyByExample(scope, index, visible.count());
  }

  private RelativePositionBias relativePosition() {
    return new RelativePositionBias(visible.grid(), config.getClassToken(), config.getHeads());
  }

  private LayerNorm norm() {
    return new LayerNorm(width(), config.getLayerNormEpsilon());
  }

  private int width() {
    return config.getWidth();
  }
}
