package org.fdistill.task.classify;

import java.util.List;
import java.util.Map;
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
import org.fdistill.optim.ParameterRules;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.NoiseSource;
import org.fdistill.proto.ProbeTask;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.CardEntry;
import org.fdistill.task.ExampleMeans;
import org.fdistill.task.Task;
import org.fdistill.task.Tasks;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * A linear classifier on a network that stays as it is, as MAE probes (arXiv 2111.06377, appendix
 * A.1): batch norm without scale and shift, one linear layer, cross-entropy. No gradient reaches
 * the network, which is built as for inference, so that nothing of it is kept for a backward pass.
 */
public final class LinearProbe implements Task {
  private final RunConfig run;
  private final ProbeTask config;

  /**
   * Reads the config alone.
   *
   * @param run whose task is {@code probe}
   */
  public LinearProbe(RunConfig run) {
    this.run = run;
    config = run.getProbe();
  }

  @Override
  public void check(Problems problems) {
    problems.unless(config.hasClasses(), "probe.classes", "is not set; say how many there are");
    Classification.check(run, config.getPooling(), "probe.pooling", problems);
    problems.unless(
        run.getOptimizer().getLayerDecay() == 1,
        "optimizer.layer_decay",
        "is set, but a probe trains no layer of the network; leave it out");
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
    return List.of(new LabelCheck(config.getClasses(), "probe.classes"));
  }

  @Override
  public TrainingOutputs training(LayerScope scope, Batch batch) {
    Ops tf = scope.tf();
    Operand<TFloat32> logits = logits(scope, network(), batch);
    Operand<TInt64> labels = batch.get(Field.LABEL);
    Operand<TFloat32> targets = ClassScores.oneHot(tf, labels, config.getClasses());
    return new TrainingOutputs(
        ClassScores.loss(tf, logits, targets, 0),
        Map.of(ClassScores.TOP_1, ClassScores.top1(tf, logits, labels)),
        Map.of(),
        scope.updates());
  }

  @Override
  public Map<String, Operand<TFloat32>> validation(LayerScope scope, Batch batch) {
    return ClassScores.sums(scope.tf(), logits(scope, Tasks.evaluated(run), batch), batch);
  }

  private Operand<TFloat32> logits(LayerScope scope, Network network, Batch batch) {
    return ClassifierHead.of(config)
        .logits(scope, network.build(scope.inference(), batch.get(Field.IMAGE)));
  }

  @Override
  public Map<String, Double> values(Sums sums) {
    return ExampleMeans.values(sums);
  }

  @Override
  public Criterion criterion() {
    return new Criterion(ClassScores.TOP_1, true);
  }

  @Override
  public Network network() {
    return Tasks.network(run);
  }

  @Override
  public Head head() {
    return ClassifierHead.of(config);
  }

  @Override
  public ParameterRules parameterRules() {
    return ParameterRules.frozen(network().name());
  }

  @Override
  public CardEntry card() {
    return new CardEntry("A linear classifier on frozen features", "", Map.of());
  }

  @Override
  public NoiseSource noiseSource() {
    return NoiseSource.newBuilder().setClasses(config.getClasses()).build();
  }
}
