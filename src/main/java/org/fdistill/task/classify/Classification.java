package org.fdistill.task.classify;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fdistill.config.ModelChecks;
import org.fdistill.config.Problems;
import org.fdistill.data.Batch;
import org.fdistill.data.BatchAugmentation;
import org.fdistill.data.ExampleCheck;
import org.fdistill.data.Field;
import org.fdistill.data.ImageView;
import org.fdistill.data.View;
import org.fdistill.eval.Criterion;
import org.fdistill.eval.Sums;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Endpoints;
import org.fdistill.model.Network;
import org.fdistill.model.head.ClassifierHead;
import org.fdistill.model.head.Head;
import org.fdistill.optim.ParameterRules;
import org.fdistill.proto.ClassifyTask;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.NoiseSource;
import org.fdistill.proto.Pooling;
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
 * Supervised classification and fine-tuning: softmax cross-entropy with label smoothing, on images
 * that may be erased and mixed.
 */
public final class Classification implements Task {
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
    check(run, config.getPooling(), "classify.pooling", problems);
    int microBatch = run.getTrainData().getBatchSize() / run.getOptimizer().getAccumulation();
    problems.unless(
        microBatch > 1 || !run.getTrainData().getAugment().hasMixup(),
        "train_data.augment.mixup",
        "is set, but a batch of one image has none to be mixed with; take a larger batch_size, or"
            + " less accumulation");
  }

  /** Checks that the network has what is pooled. */
  static void check(RunConfig run, Pooling pooling, String path, Problems problems) {
    Optional<String> noClassToken = ModelChecks.noClassToken(run.getModel());
    problems.unless(
        noClassToken.isEmpty() || pooling != Pooling.CLASS_TOKEN_POOLING,
        path,
        "is CLASS_TOKEN_POOLING, but " + noClassToken.orElse(""));
    ModelChecks.finalNorm(run.getModel(), pooling == Pooling.MEAN, path + " MEAN", problems);
  }

  @Override
  public View trainingView(DataConfig data) {
    return View.all(ImageView.training(data), View.label(), BatchAugmentation.of(data));
  }

  @Override
  public View validationView(DataConfig data) {
    return View.all(ImageView.evaluation(data), View.label());
  }

  @Override
  public List<ExampleCheck> checks() {
    return List.of(new LabelCheck(config.getClasses(), "classify.classes"));
  }

  @Override
  public TrainingOutputs training(LayerScope scope, Batch batch) {
    Ops tf = scope.tf();
    BatchAugmentation augmentation = BatchAugmentation.of(run.getTrainData());
    Endpoints seen =
        network()
            .build(
                scope,
                batch.get(Field.IMAGE),
                images -> augmentation.images(tf, images, batch, scope.seed("erasing")));
    Operand<TFloat32> logits = ClassifierHead.of(config).logits(scope, seen);
    Operand<TInt64> labels = batch.get(Field.LABEL);
    Operand<TFloat32> oneHot = ClassScores.oneHot(tf, labels, config.getClasses());
    Operand<TFloat32> targets = augmentation.targets(tf, oneHot, batch);
    // Of two images in one, the label of one says little.
    Map<String, Operand<TFloat32>> metrics =
        augmentation.mixup().isPresent()
            ? Map.of()
            : Map.of(ClassScores.TOP_1, ClassScores.top1(tf, logits, labels));
    return new TrainingOutputs(
        ClassScores.loss(tf, logits, targets, config.getLabelSmoothing()),
        metrics,
        Map.of(),
        scope.updates());
  }

  @Override
  public Map<String, Operand<TFloat32>> validation(LayerScope scope, Batch batch) {
    Endpoints seen = Tasks.evaluated(run).build(scope, batch.get(Field.IMAGE));
    return ClassScores.sums(scope.tf(), ClassifierHead.of(config).logits(scope, seen), batch);
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
    return ParameterRules.layerDecay(network().layers(), run.getOptimizer().getLayerDecay());
  }

  @Override
  public CardEntry card() {
    return new CardEntry("An image classifier", "", Map.of());
  }

  @Override
  public NoiseSource noiseSource() {
    return NoiseSource.newBuilder().setClasses(config.getClasses()).build();
  }
}
