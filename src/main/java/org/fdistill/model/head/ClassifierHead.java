package org.fdistill.model.head;

import java.util.LinkedHashMap;
import java.util.Map;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.model.Endpoints;
import org.fdistill.nn.Dense;
import org.fdistill.proto.ClassifyTask;
import org.fdistill.proto.ClassifyTask.Pooling;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * From tokens after the final norm to logits: the mean of the patch tokens, or the class token, and
 * the linear layer {@code head}, whose first values are a thousandth of the usual ones.
 *
 * @param config pooling and number of classes K
 */
public record ClassifierHead(ClassifyTask config) implements Head {
  private static final float DEVIATION = 0.02f;
  private static final float INITIAL_SCALE = 0.001f;

  @Override
  public Map<String, Operand<TFloat32>> outputs(LayerScope scope, Endpoints endpoints) {
    Operand<TFloat32> logits = logits(scope, endpoints);
    Map<String, Operand<TFloat32>> outputs = new LinkedHashMap<>();
    outputs.put("logits", logits);
    outputs.put("probabilities", scope.tf().nn.softmax(logits));
    return outputs;
  }

  /**
   * The pooled feature, by one linear layer.
   *
   * @param scope at the root of the names
   * @return logits [B, K]
   */
  public Operand<TFloat32> logits(LayerScope scope, Endpoints endpoints) {
    Ops tf = scope.tf();
    Dense layer =
        Dense.of(
            endpoints.width(), config.getClasses(), Initializers.normal(DEVIATION * INITIAL_SCALE));
    Operand<TFloat32> features =
        config.getPooling() == Pooling.CLASS_TOKEN_POOLING
            ? endpoints.classToken(tf)
            : endpoints.pooled(tf);
    return Precision.full(tf, layer.apply(scope.at("head"), features));
  }
}
