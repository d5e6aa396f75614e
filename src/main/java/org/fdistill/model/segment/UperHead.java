package org.fdistill.model.segment;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.graph.LayerScope;
import org.fdistill.nn.Bilinear;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * UPerNet's head (arXiv 1807.10221) as in mmsegmentation: pyramid pooling on the coarsest map, then
 * from coarse to fine, and all scales together at the finest.
 *
 * @param channels of every map inside of it
 * @param classifier its last layer
 */
record UperHead(int channels, PixelClassifier classifier) {
  /**
   * Builds it.
   *
   * @param maps from fine to coarse, [B, G, G, C] each
   * @return logits [B, G, G, K] at the finest map's G
   */
  Operand<TFloat32> logits(LayerScope scope, List<Operand<TFloat32>> maps) {
    List<Operand<TFloat32>> laterals = laterals(scope, maps);
    int finest = side(laterals.get(0));
    int coarsest = laterals.size() - 1;
    List<Operand<TFloat32>> outputs = new ArrayList<>();
    for (int i = 0; i <= coarsest; i++) {
      Operand<TFloat32> map =
          i == coarsest
              ? laterals.get(i)
              : new ConvolutionUnit(3, channels)
                  .apply(numbered(scope, "outputs", i), laterals.get(i));
      outputs.add(Bilinear.resize(scope.tf(), map, finest));
    }
    Operand<TFloat32> all = scope.tf().concat(outputs, scope.tf().constant(3));
    Operand<TFloat32> fused = new ConvolutionUnit(3, channels).apply(scope.at("fusion"), all);
    return classifier.apply(scope.at("classifier"), fused);
  }

  /** Each map in as many channels, with what the coarser ones know added. */
  private List<Operand<TFloat32>> laterals(LayerScope scope, List<Operand<TFloat32>> maps) {
    Ops tf = scope.tf();
    int coarsest = maps.size() - 1;
    List<Operand<TFloat32>> laterals = new ArrayList<>();
    for (int i = 0; i < coarsest; i++) {
      laterals.add(
          new ConvolutionUnit(1, channels).apply(numbered(scope, "laterals", i), maps.get(i)));
    }
    Operand<TFloat32> pyramid =
        new PyramidPooling(channels).apply(scope.at("pyramid"), maps.get(coarsest));
    laterals.add(new ConvolutionUnit(3, channels).apply(scope.at("bottleneck"), pyramid));
    for (int i = coarsest; i > 0; i--) {
      Operand<TFloat32> finer = laterals.get(i - 1);
      laterals.set(i - 1, tf.math.add(finer, Bilinear.resize(tf, laterals.get(i), side(finer))));
    }
    return laterals;
  }

  private static LayerScope numbered(LayerScope scope, String what, int number) {
    return scope.at(what).at(Integer.toString(number));
  }

  private static int side(Operand<TFloat32> map) {
    return (int) map.shape().get(1);
  }
}
