package org.fdistill.model.head;

import java.util.LinkedHashMap;
import java.util.Map;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.model.Endpoints;
import org.fdistill.nn.BatchNorm;
import org.fdistill.nn.Dense;
import org.fdistill.proto.ClassifyTask;
import org.fdistill.proto.Pooling;
import org.fdistill.proto.ProbeTask;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * From tokens after the final norm to logits: the mean of the patch tokens, or the class token, and
 * a linear layer. Letters: B batch, C width, K classes.
 *
 * @param name of the layer, which its parameters' names start with
 * @param classes K
 * @param pooling what the layer is given
 * @param deviation of the first values of its kernel, which are normal; its bias starts at 0
 * @param normed whether a batch norm without scale and shift, {@code NAME/norm}, comes before it
 */
public record ClassifierHead(
    String name, int classes, Pooling pooling, float deviation, boolean normed) implements Head {
  private static final float DEVIATION = 0.02f;
  private static final float PROBE_DEVIATION = 0.01f;
  private static final float PROBE_EPSILON = 1e-6f;

  /** The head that is trained together with its network: {@code head}. */
  public static ClassifierHead of(ClassifyTask config) {
    return new ClassifierHead(
        "head",
        config.getClasses(),
        config.getPooling(),
        DEVIATION * config.getHeadScale(),
        /* normed= */ false);
  }

  /** The head of a linear probe, as MAE has it: {@code probe}. */
  public static ClassifierHead of(ProbeTask config) {
    return new ClassifierHead(
        "probe", config.getClasses(), config.getPooling(), PROBE_DEVIATION, /* normed= */ true);
  }

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
    return logits(scope, pooled(scope.tf(), endpoints), endpoints.width());
  }

  /** What the linear layer is given, before any norm: [B, C]. */
  public Operand<TFloat32> pooled(Ops tf, Endpoints endpoints) {
    return pooling == Pooling.CLASS_TOKEN_POOLING ? endpoints.classToken(tf) : endpoints.pooled(tf);
  }

  /**
   * From pooled features to logits.
   *
   * @param scope at the root of the names
   * @param pooled [B, C]
   * @param width C
   * @return [B, K]
   */
  public Operand<TFloat32> logits(LayerScope scope, Operand<TFloat32> pooled, int width) {
    Ops tf = scope.tf();
    LayerScope own = scope.at(name);
    Dense layer = Dense.of(width, classes, Initializers.normal(deviation));
    Operand<TFloat32> features = normed ? normalized(own.at("norm"), pooled, width) : pooled;
    return Precision.full(tf, layer.apply(own, features));
  }

  private static Operand<TFloat32> normalized(
      LayerScope scope, Operand<TFloat32> pooled, int width) {
    Ops tf = scope.tf();
    Operand<TFloat32> places = tf.reshape(pooled, tf.constant(new int[] {-1, 1, 1, width}));
    Operand<TFloat32> normed =
        new BatchNorm(width, PROBE_EPSILON, /* affine= */ false).apply(scope, places);
    return tf.reshape(normed, tf.constant(new int[] {-1, width}));
  }
}
