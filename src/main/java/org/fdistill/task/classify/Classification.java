package org.fdistill.task.classify;

import java.util.Map;
import org.fdistill.config.Problems;
import org.fdistill.data.Batch;
import org.fdistill.data.BatchAugmentation;
import org.fdistill.data.Field;
import org.fdistill.data.ImageView;
import org.fdistill.data.View;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Endpoints;
import org.fdistill.model.head.ClassifierHead;
import org.fdistill.optim.ParameterRules;
import org.fdistill.proto.ClassifyTask;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.CardEntry;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * Supervised classification and fine-tuning: softmax cross-entropy with label smoothing, on images
 * that may be erased and mixed.
 */
public final class Classification extends ClassifierTask {
  private final ClassifyTask config;

  /**
   * Reads the config alone.
   *
   * @param run whose task is {@code classify}
   */
  public Classification(RunConfig run) {
    super(run, "classify", ClassifierHead.of(run.getClassify()));
    config = run.getClassify();
  }

  @Override
  public void check(Problems problems) {
    check(config.hasClasses(), problems);
    int microBatch = run().getTrainData().getBatchSize() / run().getOptimizer().getAccumulation();
    problems.unless(
        microBatch > 1 || !run().getTrainData().getAugment().hasMixup(),
        "train_data.augment.mixup",
        "is set, but a batch of one image has none to be mixed with; take a larger batch_size, or"
            + " less accumulation");
  }

  @Override
  public View trainingView(DataConfig data) {
    return View.all(ImageView.training(data), View.label(), BatchAugmentation.of(data));
  }

  @Override
  public TrainingOutputs training(LayerScope scope, Batch batch) {
    Ops tf = scope.tf();
    BatchAugmentation augmentation = BatchAugmentation.of(run().getTrainData());
    Endpoints seen =
        network()
            .build(
                scope,
                batch.get(Field.IMAGE),
                images ->
                    augmentation.images(
                        tf, images, batch, scope.seed("erasing"), scope.replicas()));
    Operand<TFloat32> logits = head().logits(scope, seen);
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
  public ParameterRules parameterRules() {
    return ParameterRules.layerDecay(network().layers(), run().getOptimizer().getLayerDecay());
  }

  @Override
  public CardEntry card() {
    return new CardEntry("An image classifier", "", Map.of());
  }
}
