package org.fdistill.model;

import java.util.function.Function;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A map of features at one scale. Nothing is added to the graph before it is asked for.
 *
 * @param build makes the map [B, G, G, C], G being the image's side over the stride
 * @param stride pixels from one place of the map to the next
 * @param channels C
 */
public record FeatureMap(Function<Ops, Operand<TFloat32>> build, int stride, int channels) {
  /** The map [B, G, G, C]. */
  public Operand<TFloat32> map(Ops tf) {
    return build.apply(tf);
  }
}
