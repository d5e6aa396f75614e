package org.fdistill.model.segment;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.DenseMaps;
import org.fdistill.model.Endpoints;
import org.fdistill.model.FeatureMap;
import org.fdistill.nn.BatchNorm;
import org.fdistill.nn.Gelu;
import org.fdistill.nn.LayerNorm;
import org.fdistill.nn.MaxPooling;
import org.fdistill.nn.Upsampling;
import org.fdistill.proto.SegmentTask;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * A backbone's maps at four scales, from fine to coarse. A network of four stages (Swin) has them,
 * and each gets a norm of its own, as in mmsegmentation. One of a single scale (ViT) gets BEiT's
 * neck: the tokens of four blocks, before any final norm, as maps of 4 G, 2 G, G and G / 2 places a
 * side. Letters: B batch, G grid side, C width.
 */
final class Pyramid {
  /** Scales of the pyramid. */
  static final int SCALES = 4;

  private static final float SWIN_EPSILON = 1e-5f;

  private Pyramid() {}

  /**
   * Builds the maps.
   *
   * @param scope of the head
   * @param endpoints of a backbone without a final norm
   * @return four maps [B, G, G, C]
   */
  static List<Operand<TFloat32>> of(LayerScope scope, Endpoints endpoints, SegmentTask config) {
    return endpoints.stages().size() == SCALES
        ? normed(scope.at("stage_norms"), endpoints.stages())
        : neck(
            scope.at("neck"),
            maps(scope.tf(), endpoints, blocks(config, endpoints.blocks().size())));
  }

  /** The four blocks that a neck takes, from 0: as configured, or BEiT's share of the depth. */
  static List<Integer> blocks(SegmentTask config, int depth) {
    return config.getBlocksCount() > 0 ? config.getBlocksList() : DenseMaps.blocks(depth);
  }

  private static List<Operand<TFloat32>> normed(LayerScope scope, List<FeatureMap> stages) {
    Ops tf = scope.tf();
    List<Operand<TFloat32>> maps = new ArrayList<>();
    for (FeatureMap stage : stages) {
      Operand<TFloat32> map = stage.map(tf);
      int grid = (int) map.shape().get(1);
      Operand<TFloat32> rows = tf.reshape(map, tf.constant(new int[] {-1, stage.channels()}));
      Operand<TFloat32> normed =
          new LayerNorm(stage.channels(), SWIN_EPSILON)
              .apply(scope.at(Integer.toString(maps.size())), rows);
      maps.add(tf.reshape(normed, tf.constant(new int[] {-1, grid, grid, stage.channels()})));
    }
    return maps;
  }

  private static List<Operand<TFloat32>> maps(Ops tf, Endpoints endpoints, List<Integer> blocks) {
    return blocks.stream().<Operand<TFloat32>>map(b -> endpoints.blockMap(tf, b)).toList();
  }

  private static List<Operand<TFloat32>> neck(LayerScope scope, List<Operand<TFloat32>> maps) {
    Ops tf = scope.tf();
    int width = (int) maps.get(0).shape().get(3);
    Upsampling upsampling = new Upsampling(width);
    LayerScope finest = scope.at("up4");
    Operand<TFloat32> twice = upsampling.apply(finest.at("first"), maps.get(0));
    Operand<TFloat32> normed = new BatchNorm(width).apply(finest.at("norm"), twice);
    Operand<TFloating> active = Gelu.apply(scope, scope.precision().compute(tf, normed));
    return List.of(
        upsampling.apply(finest.at("second"), active),
        upsampling.apply(scope.at("up2"), maps.get(1)),
        maps.get(2),
        MaxPooling.halve(tf, maps.get(3)));
  }
}
