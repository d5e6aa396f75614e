package org.fdistill.task.classify;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fdistill.config.ModelChecks;
import org.fdistill.config.Problems;
import org.fdistill.data.Batch;
import org.fdistill.data.ExampleCheck;
import org.fdistill.data.Field;
import org.fdistill.data.ImageView;
import org.fdistill.data.View;
import org.fdistill.eval.Criterion;
import org.fdistill.eval.Sums;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Network;
import org.fdistill.model.head.ClassifierHead;
import org.fdistill.model.head.Head;
import org.fdistill.proto.ClassifyTask;
import org.fdistill.proto.ClassifyTask.Pooling;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.NoiseSource;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.CardEntry;
import org.fdistill.task.ExampleMeans;
import org.fdistill.task.Task;
import org.fdistill.task.Tasks;
import org.tensorflow.Operand;
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

  private final RunConfig run;
  private final ClassifyTask config;

  /**
   * Reads the config alone.
   *
   * @param run whose task is {@code classify}
   */
  public Classification(RunConfig run) {
    this.run = run;
    config = run.getClassify();
  }

  @Override
  public void check(Problems problems) {
    problems.unless(config.hasClasses(), "classify.classes", "is not set; say how many there are");
    Optional<String> noClassToken = ModelChecks.noClassToken(run.getModel());
    problems.unless(
        noClassToken.isEmpty() || config.getPooling() != Pooling.CLASS_TOKEN_POOLING,
        "classify.pooling",
        "is CLASS_TOKEN_POOLING, but " + noClassToken.orElse(""));
    ModelChecks.finalNorm(
        run.getModel(), config.getPooling() == Pooling.MEAN, "classify.pooling MEAN", problems);
  }

  @Override
  public View trainingView(DataConfig data) {
    return View.all(ImageView.training(data), View.label());
  }

  @Override
  public View validationView(DataConfig data) {
    return View.all(ImageView.evaluation(data), View.label());
  }

  @Override
  public List<ExampleCheck> checks() {
    return List.of(new LabelCheck(config.getClasses()));
  }

  @Override
  public TrainingOutputs training(LayerScope scope, Batch batch) {
    Ops tf = scope.tf();
    Operand<TFloat32> logits = logits(scope, batch);
    Operand<TInt64> labels = batch.get(Field.LABEL);
    return new TrainingOutputs(
        loss(tf, logits, labels, config.getLabelSmoothing()),
        Map.of(TOP_1, topK(tf, logits, labels, 1)),
        Map.of(),
        List.of());
  }

  @Override
  public Map<String, Operand<TFloat32>> validation(LayerScope scope, Batch batch) {
    Ops tf = scope.tf();
    Operand<TFloat32> logits = logits(scope, batch);
    Operand<TInt64> labels = batch.get(Field.LABEL);
    Map<String, Operand<TFloat32>> means = new LinkedHashMap<>();
    means.put("loss", loss(tf, logits, labels, 0));
    means.put(TOP_1, topK(tf, logits, labels, 1));
    if (config.getClasses() > TOP_K) {
      means.put("top5", topK(tf, logits, labels, TOP_K));
    }
    return ExampleMeans.sums(tf, batch, means);
  }

  @Override
  public Map<String, Double> values(Sums sums) {
    return ExampleMeans.values(sums);
  }

  @Override
  public Criterion criterion() {
    return new Criterion(TOP_1, true);
  }

  @Override
  public Network network() {
    return Tasks.network(run);
  }

  @Override
  public Head head() {
    return new ClassifierHead(config);
  }

  @Override
  public CardEntry card() {
    return new CardEntry("An image classifier", "", Map.of());
  }

  @Override
  public NoiseSource noiseSource() {
    return NoiseSource.newBuilder().setClasses(config.getClasses()).build();
  }

  private Operand<TFloat32> logits(LayerScope scope, Batch batch) {
    return new ClassifierHead(config).logits(scope, network().build(scope, batch.get(Field.IMAGE)));
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
