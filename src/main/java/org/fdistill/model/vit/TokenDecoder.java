package org.fdistill.model.vit;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.model.Endpoints;
import org.fdistill.nn.Dense;
import org.fdistill.nn.LayerNorm;
import org.fdistill.proto.TokenDecoderConfig;
import org.fdistill.proto.VitConfig;
import org.fdistill.proto.VitConfig.Initialization;
import org.fdistill.proto.VitConfig.PositionKind;
import org.fdistill.proto.VitConfig.QkvBias;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * MAE's decoder (arXiv 2111.06377): from the tokens of the patches that a network saw to tokens of
 * all patches. What it gave is brought to the decoder's width, a learned token stands for each
 * patch that it did not see, fixed sine-cosine positions are added, and blocks follow. Letters: B
 * batch, P prefix tokens, K seen patches, G grid side, C width of the network, D of the decoder.
 */
public final class TokenDecoder {
  private static final Initialization FIRST_VALUES = Initialization.MAE;

  private final VitConfig config;

  /** Keeps the sizes; {@link #build} makes the parameters. */
  public TokenDecoder(TokenDecoderConfig decoder) {
    config =
        VitConfig.newBuilder()
            .setWidth(decoder.getWidth())
            .setDepth(decoder.getDepth())
            .setHeads(decoder.getHeads())
            .setLayerScale(0)
            .setQkvBias(QkvBias.FULL_BIAS)
            .build();
  }

  /**
   * Completes the tokens.
   *
   * @param scope of the decoder
   * @param seen what a network gave, of a part of the patches or of all
   * @return tokens of all patches, of width D
   */
  public Endpoints build(LayerScope scope, Endpoints seen) {
    VitInitializers initializers = new VitInitializers(FIRST_VALUES, width());
    int tokens = seen.prefixTokens() + seen.grid() * seen.grid();
    Operand<TFloat32> rows = positioned(scope, seen);
    for (int i = 0; i < config.getDepth(); i++) {
      LayerScope inner = scope.at("blocks").at(String.format(Locale.ROOT, "%02d", i));
      rows =
          new TransformerBlock(config, tokens, 0, i, initializers).apply(inner, rows, null, null);
    }
    rows = new LayerNorm(width(), config.getLayerNormEpsilon()).apply(scope.at("norm"), rows);
    return Endpoints.ofTokens(
        byExample(scope.tf(), rows, tokens),
        seen.prefixTokens(),
        seen.hasClassToken(),
        seen.grid(),
        width(),
        seen.stages().get(0).stride());
  }

  /** All tokens with their positions, [B (P + G²), D]. */
  private Operand<TFloat32> positioned(LayerScope scope, Endpoints seen) {
    Ops tf = scope.tf();
    Operand<TFloat32> embedded = embedded(scope, seen); // [B, P + K, D]
    int prefix = seen.prefixTokens();
    Operand<TFloat32> patches = slice(tf, embedded, prefix, -1);
    Operand<TFloat32> token =
        scope.parameter("mask_token", Initializers.normal(0.02f), 1, 1, width());
    Operand<TFloat32> complete =
        seen.kept() == null ? patches : completed(tf, patches, token, seen);
    Operand<TFloat32> placed = tf.math.add(complete, positions(tf, seen.grid()));
    Operand<TFloat32> all =
        prefix == 0
            ? placed
            : tf.concat(List.of(slice(tf, embedded, 0, prefix), placed), tf.constant(1));
    return tf.reshape(all, tf.constant(new int[] {-1, width()}));
  }

  private Operand<TFloat32> embedded(LayerScope scope, Endpoints seen) {
    Ops tf = scope.tf();
    Operand<TFloat32> rows = tf.reshape(seen.tokens(), tf.constant(new int[] {-1, seen.width()}));
    Dense dense =
        Dense.of(seen.width(), width(), new VitInitializers(FIRST_VALUES, width()).kernel());
    Operand<TFloat32> embedded = Precision.full(tf, dense.apply(scope.at("embed"), rows));
    return byExample(tf, embedded, Math.toIntExact(seen.tokens().shape().get(1)));
  }

  /**
   * Puts seen patches at their places and the learned token at all others. Places are unique, so
   * that a scatter sums nothing, and its gradient is a look-up.
   *
   * @param patches [B, K, D]
   * @param token [1, 1, D]
   * @param seen whose batch is of static size
   * @return [B, G², D]
   */
  private Operand<TFloat32> completed(
      Ops tf, Operand<TFloat32> patches, Operand<TFloat32> token, Endpoints seen) {
    int batch = Math.toIntExact(seen.kept().shape().get(0));
    int count = batch * Math.toIntExact(seen.kept().shape().get(1));
    int all = seen.grid() * seen.grid();
    int[][] starts =
        IntStream.range(0, batch).mapToObj(i -> new int[] {i * all}).toArray(int[][]::new);
    Operand<TInt32> places =
        tf.reshape(
            tf.math.add(seen.kept(), tf.constant(starts)), tf.constant(new int[] {count, 1}));
    Operand<TFloat32> rows = tf.reshape(patches, tf.constant(new int[] {count, width()}));
    Operand<TFloat32> placed =
        tf.scatterNd(places, rows, tf.constant(new int[] {batch * all, width()}));
    Operand<TFloat32> ones = tf.ones(tf.constant(new int[] {count, 1}), TFloat32.class);
    Operand<TFloat32> isSeen = tf.scatterNd(places, ones, tf.constant(new int[] {batch * all, 1}));
    Operand<TFloat32> isHidden = tf.math.sub(tf.constant(1f), isSeen);
    Operand<TFloat32> row = tf.reshape(token, tf.constant(new int[] {1, width()}));
    return byExample(tf, tf.math.add(placed, tf.math.mul(isHidden, row)), all);
  }

  private Operand<TFloat32> positions(Ops tf, int grid) {
    float[] table = new SineCosine(PositionKind.SIN_COS_MAE, grid, width()).table();
    return tf.constant(Shape.of(1, (long) grid * grid, width()), DataBuffers.of(table));
  }

  private Operand<TFloat32> slice(Ops tf, Operand<TFloat32> tokens, int first, int count) {
    return tf.slice(
        tokens, tf.constant(new int[] {0, first, 0}), tf.constant(new int[] {-1, count, width()}));
  }

  private Operand<TFloat32> byExample(Ops tf, Operand<TFloat32> rows, int tokens) {
    return tf.reshape(rows, tf.constant(new int[] {-1, tokens, width()}));
  }

  private int width() {
    return config.getWidth();
  }
}
