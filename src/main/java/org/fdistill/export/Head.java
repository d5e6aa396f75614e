package org.fdistill.export;

import java.util.Map;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Endpoints;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** What an export computes on top of its backbone, such as the logits of a classifier. */
@FunctionalInterface
public interface Head {
  /** No head: the export gives the backbone's features alone. */
  Head NONE = (scope, endpoints) -> Map.of();

  /**
   * Builds the head.
   *
   * @param scope at the root of the network's names, in inference
   * @return further outputs, by name; the first dimension of each is the batch's
   */
  Map<String, Operand<TFloat32>> outputs(LayerScope scope, Endpoints endpoints);
}
