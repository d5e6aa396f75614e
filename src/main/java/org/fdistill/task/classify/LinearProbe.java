package org.fdistill.task.classify;

import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.fdistill.config.AugmentChecks;
import org.fdistill.config.Problems;
import org.fdistill.data.Batch;
import org.fdistill.data.Field;
import org.fdistill.data.ImageView;
import org.fdistill.data.View;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.head.ClassifierHead;
import org.fdistill.optim.ParameterRules;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.ProbeTask;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.CardEntry;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * A linear classifier on a network that stays as it is, as MAE probes (arXiv 2111.06377, appendix
 * A.1): batch norm without scale and shift, one linear layer, cross-entropy. No gradient reaches
 * the network, which is built as for inference, so that nothing of it is kept for a backward pass.
 */
public final class LinearProbe extends ClassifierTask {
  private final ProbeTask config;
  private FeatureCache cache;

  /**
   * Reads the config alone.
   *
   * @param run whose task is {@code probe}
   */
  public LinearProbe(RunConfig run) {
    super(run, "probe", ClassifierHead.of(run.getProbe()));
    config = run.getProbe();
  }

  @Override
  public void check(Problems problems) {
    check(config.hasClasses(), problems);
    AugmentChecks.pixelsAlone(run().getTrainData(), "probe", problems);
    problems.unless(
        !config.getCacheFeatures() || !run().getTrainData().hasAugment(),
        "probe.cache_features",
        "is true, but train_data.augment shows an image otherwise each time; leave out one of"
            + " both");
    problems.unless(
        run().getOptimizer().getLayerDecay() == 1,
        "optimizer.layer_decay",
        "is set, but a probe trains no layer of the network; leave it out");
  }

  @Override
  public View trainingView(DataConfig data) {
    View seen = config.getCacheFeatures() ? View.example() : ImageView.training(data);
    return View.all(seen, View.label());
  }

  @Override
  public TrainingOutputs training(LayerScope scope, Batch batch) {
    Ops tf = scope.tf();
    int width = network().backbone().width();
    Operand<TFloat32> logits = head().logits(scope, features(scope, batch), width);
    Operand<TInt64> labels = batch.get(Field.LABEL);
    Operand<TFloat32> targets = ClassScores.oneHot(tf, labels, config.getClasses());
    return new TrainingOutputs(
        ClassScores.loss(tf, logits, targets, 0),
        Map.of(ClassScores.TOP_1, ClassScores.top1(tf, logits, labels)),
        Map.of(),
        scope.updates());
  }

  /** What the head is given in training, [B, C]. */
  private Operand<TFloat32> features(LayerScope scope, Batch batch) {
    Ops tf = scope.tf();
    Function<Batch, Operand<TFloat32>> computed =
        b -> head().pooled(tf, network().build(scope.inference(), b.get(Field.IMAGE)));
    if (!config.getCacheFeatures()) {
      return computed.apply(batch);
    }
    cache = FeatureCache.build(tf, run().getTrainData(), network().backbone().width(), computed);
    return cache.of(tf, batch.get(Field.EXAMPLE));
  }

  @Override
  public void prepare(Session session, Consumer<String> tell) {
    if (cache != null) {
      tell.accept("Computing the features of all training images once ...");
      cache.fill(session);
    }
  }

  @Override
  public ParameterRules parameterRules() {
    return ParameterRules.frozen(network().name());
  }

  @Override
  public CardEntry card() {
    return new CardEntry("A linear classifier on frozen features", "", Map.of());
  }
}
