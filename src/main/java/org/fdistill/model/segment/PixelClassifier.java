package org.fdistill.model.segment;

import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.nn.ChannelDropout;
import org.fdistill.nn.Convolution;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * The end of a head: dropout of whole channels in training, then a linear layer at each place.
 *
 * @param classes K
 * @param dropout share of dropped channels
 */
record PixelClassifier(int classes, float dropout) {
  private static final float DEVIATION = 0.01f;

  /**
   * Builds the two.
   *
   * @param map [B, G, G, C]
   * @return logits [B, G, G, K]
   */
  Operand<TFloat32> apply(LayerScope scope, Operand<TFloat32> map) {
    Operand<TFloat32> kept = ChannelDropout.apply(scope, map, dropout);
    Convolution layer =
        new Convolution(
            1,
            (int) map.shape().get(3),
            classes,
            Initializers.normal(DEVIATION),
            Initializers.zeros());
    return Precision.full(scope.tf(), layer.apply(scope, kept));
  }
}
