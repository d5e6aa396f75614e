package org.fdistill.model.head;

import java.util.Map;
import org.fdistill.graph.LayerScope;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * A model that answers for each pixel of images of any size, such as a segmenter: what its export
 * computes in place of features.
 */
@FunctionalInterface
public interface DenseHead {
  /**
   * What every signature gives.
   *
   * @param scope at the root of the names, in inference
   * @param images [B, H, W, 3], 0 to 255; no size is known
   * @return outputs by name, [B, H, W, ...]
   */
  Map<String, Operand<? extends TNumber>> outputs(LayerScope scope, Operand<TFloat32> images);
}
