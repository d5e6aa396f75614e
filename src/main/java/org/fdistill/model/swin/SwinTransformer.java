package org.fdistill.model.swin;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.fdistill.config.SwinCommon;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Backbone;
import org.fdistill.model.Endpoints;
import org.fdistill.model.FeatureMap;
import org.fdistill.nn.DropPath;
import org.fdistill.nn.LayerNorm;
import org.fdistill.nn.RelativePositionBias;
import org.fdistill.nn.RowPermutation;
import org.fdistill.nn.ShiftedWindows;
import org.fdistill.proto.SwinConfig;
import org.fdistill.proto.SwinV2Config;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Swin, version 1 (arXiv 2103.14030) and version 2 (arXiv 2111.09883) as Feature Distillation
 * trains it. Inside, rows are in the order of windows, which costs a pass over memory only in
 * shifted blocks and between stages; the tokens that leave are row by row. There is no class token.
 */
public final class SwinTransformer implements Backbone {
  private final SwinSizes sizes;
  private final SwinVersion version;
  private final float dropPath;
  private final boolean finalNorm;

  private SwinTransformer(SwinSizes sizes, SwinVersion version, float dropPath, boolean finalNorm) {
    this.sizes = sizes;
    this.version = version;
    this.dropPath = dropPath;
    this.finalNorm = finalNorm;
  }

  /**
   * Describes a network of version 1.
   *
   * @param config its sizes
   * @param dropPath rate at the last block
   */
  public static SwinTransformer of(SwinConfig config, float dropPath) {
    SwinSizes sizes = SwinSizes.of(config);
    return new SwinTransformer(sizes, new SwinBlocks(sizes), dropPath, true);
  }

  /**
   * Describes a network of version 2.
   *
   * @param config its sizes and options
   * @param dropPath rate at the last block
   */
  public static SwinTransformer of(SwinV2Config config, float dropPath) {
    SwinSizes sizes = SwinSizes.of(SwinCommon.of(config));
    return new SwinTransformer(sizes, new SwinV2Blocks(sizes, config), dropPath, true);
  }

  @Override
  public SwinTransformer withoutFinalNorm() {
    return new SwinTransformer(sizes, version, dropPath, false);
  }

  @Override
  public int imageSize() {
    return sizes.imageSize();
  }

  @Override
  public int width() {
    return sizes.lastStage().width();
  }

  @Override
  public int grid() {
    return sizes.lastStage().grid();
  }

  @Override
  public int prefixTokens() {
    return 0;
  }

  /** {@inheritDoc} What merges patches learns with the last block of its stage. */
  @Override
  public List<String> layers() {
    List<String> layers = new ArrayList<>(List.of("patch_embed/.*"));
    for (int stage = 0; stage < sizes.stages(); stage++) {
      int depth = sizes.stage(stage).depth();
      for (int block = 0; block < depth; block++) {
        String merging = block == depth - 1 ? "|downsample" : "";
        layers.add(
            String.format(Locale.ROOT, "layers/%d/(blocks/%02d%s)/.*", stage, block, merging));
      }
    }
    return layers;
  }

  @Override
  public Endpoints build(LayerScope scope, Operand<TFloat32> images) {
    Operand<TFloat32> rows = embedded(scope.at("patch_embed"), images);
    List<Function<Ops, Operand<TFloat32>>> blocks = new ArrayList<>();
    List<FeatureMap> maps = new ArrayList<>();
    for (int i = 0; i < sizes.stages(); i++) {
      LayerScope inner = scope.at("layers").at(Integer.toString(i));
      Stage stage = sizes.stage(i);
      rows = blocks(inner, stage, rows, blocks);
      maps.add(map(stage, blocks.get(blocks.size() - 1)));
      rows = i + 1 < sizes.stages() ? merged(inner, stage, rows) : rows;
    }
    return endpoints(scope, rows).withInside(blocks, maps);
  }

  /** The tokens that the first stage takes, in its order. */
  private Operand<TFloat32> embedded(LayerScope scope, Operand<TFloat32> images) {
    Stage first = sizes.stage(0);
    RowPermutation intoWindows = RowPermutation.between(byRow(first), first.order());
    Operand<TFloat32> rows = version.patchEmbedding().apply(scope, images, intoWindows);
    return new LayerNorm(first.width(), sizes.epsilon()).apply(scope.at("norm"), rows);
  }

  private FeatureMap map(Stage stage, Function<Ops, Operand<TFloat32>> tokens) {
    int[] shape = {-1, stage.grid(), stage.grid(), stage.width()};
    return new FeatureMap(
        tf -> tf.reshape(tokens.apply(tf), tf.constant(shape)),
        sizes.imageSize() / stage.grid(),
        stage.width());
  }

  /**
   * The blocks of a stage.
   *
   * @param leaving receives what leaves each of them
   */
  private Operand<TFloat32> blocks(
      LayerScope scope,
      Stage stage,
      Operand<TFloat32> x,
      List<Function<Ops, Operand<TFloat32>>> leaving) {
    Operand<TInt32> index =
        new RelativePositionBias(stage.window(), false, stage.heads()).index(scope.tf());
    Operand<TFloat32> rows = x;
    for (BlockPlace place : places(stage)) {
      String number = String.format(Locale.ROOT, "%02d", place.number());
      rows = version.block(scope.at("blocks").at(number), place, rows, index);
      Operand<TFloat32> left = rows;
      leaving.add(tf -> byExample(tf, stage, left));
    }
    return rows;
  }

  /** The blocks of a stage; drop path's ramp runs over those of the whole network. */
  List<BlockPlace> places(Stage stage) {
    float[] rates = DropPath.ramp(dropPath, sizes.blocks());
    List<BlockPlace> places = new ArrayList<>();
    for (int i = 0; i < stage.depth(); i++) {
      int ofNetwork = sizes.blocksBefore(stage.number()) + i;
      places.add(new BlockPlace(stage, i, ofNetwork, rates[ofNetwork]));
    }
    return places;
  }

  private Operand<TFloat32> merged(LayerScope scope, Stage stage, Operand<TFloat32> rows) {
    int[] next = sizes.stage(stage.number() + 1).order();
    return version.merging(stage).apply(scope.at("downsample"), rows, stage.order(), next);
  }

  private Endpoints endpoints(LayerScope scope, Operand<TFloat32> rows) {
    Ops tf = scope.tf();
    Stage last = sizes.lastStage();
    Operand<TFloat32> normed =
        finalNorm
            ? new LayerNorm(last.width(), sizes.epsilon()).apply(scope.at("norm"), rows)
            : rows;
    return Endpoints.ofTokens(
        byExample(tf, last, normed),
        0,
        false,
        last.grid(),
        last.width(),
        sizes.imageSize() / last.grid());
  }

  /** From rows in the order of windows to tokens row by row [B, G², C]. */
  private static Operand<TFloat32> byExample(Ops tf, Stage stage, Operand<TFloat32> rows) {
    Operand<TFloat32> byRow =
        RowPermutation.between(stage.order(), byRow(stage)).apply(tf, rows, stage.width());
    int[] shape = {-1, stage.tokens(), stage.width()};
    return tf.reshape(byRow, tf.constant(shape));
  }

  /** One window as large as the map: its order is row by row. */
  private static int[] byRow(Stage stage) {
    return new ShiftedWindows(stage.grid(), stage.grid(), 0).order();
  }
}
