package org.fdistill.task.segment;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fdistill.config.Problems;
import org.fdistill.data.Batch;
import org.fdistill.data.ExampleCheck;
import org.fdistill.data.Field;
import org.fdistill.data.MaskedView;
import org.fdistill.data.View;
import org.fdistill.data.augment.MaskDecoder;
import org.fdistill.data.augment.Padding;
import org.fdistill.eval.ClassTable;
import org.fdistill.eval.ConfusionMatrix;
import org.fdistill.eval.Criterion;
import org.fdistill.eval.Sums;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Network;
import org.fdistill.model.head.DenseHead;
import org.fdistill.model.segment.Segmenter;
import org.fdistill.model.segment.UperNet;
import org.fdistill.optim.ParameterRules;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.NoiseSource;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.SegmentTask;
import org.fdistill.task.CardEntry;
import org.fdistill.task.Task;
import org.fdistill.task.Tasks;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TNumber;

/**
 * Semantic segmentation with UPerNet: cross-entropy at each pixel, of the head and with a smaller
 * weight of the auxiliary one. Validation segments images as the export does, at their own size,
 * and adds up one confusion matrix. Letters: B batch, S image side, K classes.
 */
public final class Segmentation implements Task {
  private static final String CONFUSION = "confusion";
  private static final String MEAN_IOU = "miou";

  private final RunConfig run;
  private final SegmentTask config;

  /**
   * Reads the config alone.
   *
   * @param run whose task is {@code segment}
   */
  public Segmentation(RunConfig run) {
    this.run = run;
    config = run.getSegment();
  }

  @Override
  public void check(Problems problems) {
    new SegmentChecks(run, config).check(problems);
  }

  @Override
  public View trainingView(DataConfig data) {
    return MaskedView.training(config.getClasses(), config.getZeroIsNoClass(), data);
  }

  @Override
  public View validationView(DataConfig data) {
    return MaskedView.evaluation(config.getClasses(), config.getZeroIsNoClass());
  }

  @Override
  public List<ExampleCheck> checks() {
    return List.of(new MaskCheck(config));
  }

  @Override
  public TrainingOutputs training(LayerScope scope, Batch batch) {
    Ops tf = scope.tf();
    Operand<TUint8> mask = batch.get(Field.MASK);
    UperNet.Training logits =
        segmenter()
            .training(
                scope,
                batch.get(Field.IMAGE),
                images -> Padding.zero(tf, images, batch.get(Field.EXTENT)));
    PixelLoss each = new PixelLoss(config.getLossMean(), scope.replicas());
    Operand<TFloat32> loss = each.of(tf, logits.decoded(), mask);
    Map<String, Operand<TFloat32>> metrics = new LinkedHashMap<>();
    metrics.put("decode_loss", loss);
    if (logits.auxiliary() != null) {
      Operand<TFloat32> auxiliary = each.of(tf, logits.auxiliary(), mask);
      metrics.put("auxiliary_loss", auxiliary);
      Operand<TFloat32> weight = tf.constant(config.getAuxiliaryWeight());
      loss = tf.math.add(loss, tf.math.mul(weight, auxiliary));
    }
    return new TrainingOutputs(loss, metrics, Map.of(), scope.updates());
  }

  @Override
  public Map<String, Operand<TFloat32>> validation(LayerScope scope, Batch batch) {
    Operand<TFloat32> logits = evaluated().logits(scope, batch.get(Field.IMAGE));
    return Map.of(
        CONFUSION, confusion(scope.tf(), logits, batch.get(Field.MASK), config.getClasses()));
  }

  /**
   * How often pixels of one class were given another.
   *
   * @param logits [B, H, W, K]
   * @param mask [B, H, W], classes from 0; {@link MaskDecoder#NO_CLASS}: not counted
   * @return [K K], the true class first
   */
  static Operand<TFloat32> confusion(
      Ops tf, Operand<TFloat32> logits, Operand<TUint8> mask, int classes) {
    Operand<TInt32> truth = tf.dtypes.cast(mask, TInt32.class);
    Operand<TInt32> given = tf.math.argMax(logits, tf.constant(3), TInt32.class);
    Operand<TInt32> cell = tf.math.add(tf.math.mul(truth, tf.constant(classes)), given);
    // Sums over segments leave out what is in none.
    Operand<TInt32> counted =
        tf.select(
            tf.math.notEqual(truth, tf.constant(MaskDecoder.NO_CLASS)),
            cell,
            tf.math.sub(tf.zerosLike(cell), tf.constant(1)));
    Operand<TInt32> ones = tf.fill(tf.shape(counted), tf.constant(1));
    return tf.dtypes.cast(
        tf.math.unsortedSegmentSum(ones, counted, tf.constant(classes * classes)), TFloat32.class);
  }

  @Override
  public Map<String, Double> values(Sums sums) {
    ConfusionMatrix matrix = matrix(sums);
    Map<String, Double> values = new LinkedHashMap<>();
    values.put(MEAN_IOU, matrix.meanIou());
    values.put("mean_accuracy", matrix.meanAccuracy());
    values.put("pixel_accuracy", matrix.pixelAccuracy());
    return values;
  }

  @Override
  public Optional<ClassTable> classes(Sums sums, List<String> names) {
    return Optional.of(ClassTable.of(matrix(sums), names));
  }

  private ConfusionMatrix matrix(Sums sums) {
    return new ConfusionMatrix(sums.get(CONFUSION), config.getClasses());
  }

  @Override
  public Criterion criterion() {
    return new Criterion(MEAN_IOU, true);
  }

  @Override
  public ParameterRules parameterRules() {
    return ParameterRules.layerDecay(network().layers(), run.getOptimizer().getLayerDecay());
  }

  @Override
  public Optional<DenseHead> denseHead() {
    return Optional.of((scope, images) -> outputs(scope, evaluated().logits(scope, images)));
  }

  private Map<String, Operand<? extends TNumber>> outputs(
      LayerScope scope, Operand<TFloat32> logits) {
    Ops tf = scope.tf();
    Map<String, Operand<? extends TNumber>> outputs = new LinkedHashMap<>();
    outputs.put(
        "class_map",
        tf.dtypes.cast(tf.math.argMax(logits, tf.constant(3), TInt32.class), TUint8.class));
    outputs.put("logits", logits);
    if (config.getInference().getProbabilities()) {
      outputs.put("probabilities", tf.nn.softmax(logits));
    }
    return outputs;
  }

  @Override
  public Network network() {
    return Tasks.network(run).withoutFinalNorm();
  }

  private Segmenter segmenter() {
    return Segmenter.of(Tasks.network(run), config);
  }

  /** The segmenter for the pixels of validation and export. */
  private Segmenter evaluated() {
    return Segmenter.of(Tasks.evaluated(run), config);
  }

  @Override
  public NoiseSource noiseSource() {
    return NoiseSource.newBuilder().setClasses(config.getClasses()).build();
  }

  @Override
  public CardEntry card() {
    return new CardEntry("A semantic segmenter", "", Map.of());
  }
}
