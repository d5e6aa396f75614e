package org.fdistill.task.classify;

import java.util.LinkedHashMap;
import java.util.Map;
import org.fdistill.config.UserError;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.PixelNormalization;
import org.fdistill.model.Backbone;
import org.fdistill.model.Backbones;
import org.fdistill.model.Endpoints;
import org.fdistill.model.head.ClassifierHead;
import org.fdistill.proto.ClassifyTask;
import org.fdistill.proto.Normalization;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Batch;
import org.fdistill.task.Task;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.framework.losses.CategoricalCrossentropy;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * Supervised classification: softmax cross-entropy with label smoothing. Letters: B batch, K
 * classes.
 */
public final class Classification implements Task {
  private static final String TOP_1 = "top1";
  private static final int TOP_K = 5;

  private final ClassifyTask config;
  private final Normalization normalization;
  private final Backbone backbone;
  private final ClassifierHead head;

  /**
   * Describes the task.
   *
   * @param run whose task is {@code classify}
   */
  public Classification(RunConfig run) {
    config = run.getClassify();
    normalization = run.getTrainData().getNormalization();
    if (config.getClasses() < 2) {
      throw UserError.usage(
          "classify.classes is "
              + config.getClasses()
              + ", expected at least 2.\nSet it to the number of classes of the data.");
    }
    backbone = Backbones.of(run.getModel());
    head = new ClassifierHead(config);
    head.requireFit(backbone);
  }

  @Override
  public TrainingOutputs training(LayerScope scope, Batch batch) {
    Ops tf = scope.tf();
    Operand<TFloat32> logits = logits(scope, batch);
    Operand<TFloat32> loss = loss(tf, logits, batch.labels(), config.getLabelSmoothing());
    return new TrainingOutputs(loss, Map.of(TOP_1, topK(tf, logits, batch.labels(), 1)));
  }

  @Override
  public Map<String, Operand<TFloat32>> validation(LayerScope scope, Batch batch) {
    Ops tf = scope.tf();
    Operand<TFloat32> logits = logits(scope, batch);
    Map<String, Operand<TFloat32>> values = new LinkedHashMap<>();
    values.put("loss", loss(tf, logits, batch.labels(), 0));
    values.put(TOP_1, topK(tf, logits, batch.labels(), 1));
    if (config.getClasses() > TOP_K) {
      values.put("top5", topK(tf, logits, batch.labels(), TOP_K));
    }
    return values;
  }

  @Override
  public String criterion() {
    return TOP_1;
  }

  @Override
  public boolean largerIsBetter() {
    return true;
  }

  @Override
  public void restoreFrozen(Session session) {
    // Everything in this graph is trained.
  }

  @Override
  public int classes() {
    return config.getClasses();
  }

  private Operand<TFloat32> logits(LayerScope scope, Batch batch) {
    Operand<TFloat32> images =
        PixelNormalization.of(normalization)
            .apply(scope.tf(), scope.tf().dtypes.cast(batch.images(), TFloat32.class));
    Endpoints endpoints = backbone.build(scope.at(Backbones.SCOPE), images);
    return head.apply(scope, endpoints);
  }

  /** The mean cross-entropy over the batch: logits [B, K], labels [B]. */
  static Operand<TFloat32> loss(
      Ops tf, Operand<TFloat32> logits, Operand<TInt64> labels, float smoothing) {
    int classes = (int) logits.shape().get(1);
    Operand<TFloat32> oneHot =
        tf.oneHot(
            tf.dtypes.cast(labels, TInt32.class),
            tf.constant(classes),
            tf.constant(1f),
            tf.constant(0f));
    return new CategoricalCrossentropy(true, smoothing).call(tf, oneHot, logits);
  }

  /** The share of examples whose label is among the k largest logits. */
  private static Operand<TFloat32> topK(
      Ops tf, Operand<TFloat32> logits, Operand<TInt64> labels, int k) {
    Operand<TInt32> targets = tf.dtypes.cast(labels, TInt32.class);
    Operand<TFloat32> hits =
        tf.dtypes.cast(tf.nn.inTopK(logits, targets, tf.constant(k)), TFloat32.class);
    return tf.math.mean(hits, tf.constant(0));
  }
}
