package org.fdistill.model.head;

import java.util.Map;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Endpoints;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** What a model computes on top of its backbone, such as the logits of a classifier. */
@FunctionalInterface
public interface Head {
  /** No head: the model gives the backbone's features alone. */
  Head NONE = (scope, endpoints) -> Map.of();

  /**
   * What a serving signature gives beside the features.
   *
   * @param scope at the root of the names, in inference
   * @return outputs beside the backbone's, by name; the first dimension of each is the batch's
   */
  Map<String, Operand<TFloat32>> outputs(LayerScope scope, Endpoints endpoints);
}
