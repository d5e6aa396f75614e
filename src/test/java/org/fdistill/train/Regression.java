package org.fdistill.train;

import java.util.List;
import java.util.Map;
import org.fdistill.config.Problems;
import org.fdistill.data.Batch;
import org.fdistill.data.Field;
import org.fdistill.data.ImageView;
import org.fdistill.data.View;
import org.fdistill.eval.Criterion;
import org.fdistill.eval.Sums;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Network;
import org.fdistill.proto.DataConfig;
import org.fdistill.task.CardEntry;
import org.fdistill.task.ExampleMeans;
import org.fdistill.task.Task;
import org.fdistill.task.Tasks;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * A task for tests: a linear model tells an example's label from its pixels, with random noise on
 * them in training. With the noise source and as many classes as examples, a label is the index of
 * its example. B batch, F features.
 *
 * @param features F, all pixels of an image
 * @param noise deviation of the noise in training
 * @param poisoned a label that makes the loss NaN; -1: none
 */
record Regression(int features, float noise, long poisoned) implements Task {
  @Override
  public void check(Problems problems) {
    // It has no config of its own.
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
  public TrainingOutputs training(LayerScope scope, Batch batch) {
    Ops tf = scope.tf();
    Operand<TFloat32> x = pixels(tf, batch);
    Operand<TFloat32> draw =
        tf.random.statelessRandomNormal(tf.shape(x), scope.seed("noise"), TFloat32.class);
    Operand<TFloat32> noisy = tf.math.add(x, tf.math.mul(draw, tf.constant(noise)));
    Operand<TFloat32> loss = loss(scope, noisy, batch.get(Field.LABEL));
    return new TrainingOutputs(
        tf.math.add(loss, poison(tf, batch.get(Field.LABEL))),
        Map.of("root", tf.math.sqrt(loss)),
        Map.of(),
        List.of());
  }

  @Override
  public Map<String, Operand<TFloat32>> validation(LayerScope scope, Batch batch) {
    Operand<TFloat32> loss = loss(scope, pixels(scope.tf(), batch), batch.get(Field.LABEL));
    return ExampleMeans.sums(scope.tf(), batch, Map.of("loss", loss));
  }

  @Override
  public Map<String, Double> values(Sums sums) {
    return ExampleMeans.values(sums);
  }

  private Operand<TFloat32> pixels(Ops tf, Batch batch) {
    Operand<TFloat32> unit =
        tf.math.div(tf.dtypes.cast(batch.get(Field.IMAGE), TFloat32.class), tf.constant(255f));
    return tf.reshape(tf.math.sub(unit, tf.constant(0.5f)), tf.constant(new int[] {-1, features}));
  }

  private Operand<TFloat32> loss(LayerScope scope, Operand<TFloat32> x, Operand<TInt64> labels) {
    Ops tf = scope.tf();
    LayerScope layer = scope.at("student");
    Operand<TFloat32> kernel = layer.parameter("kernel", Initializers.normal(0.02f), features, 1);
    Operand<TFloat32> bias = layer.parameter("bias", Initializers.zeros(), 1);
    Operand<TFloat32> y =
        tf.reshape(tf.math.add(tf.linalg.matMul(x, kernel), bias), tf.constant(new int[] {-1}));
    Operand<TFloat32> target =
        tf.math.div(tf.dtypes.cast(labels, TFloat32.class), tf.constant(64f));
    return tf.math.mean(tf.math.square(tf.math.sub(y, target)), tf.constant(0));
  }

  /** NaN where the batch holds the poisoned label, else 0. */
  private Operand<TFloat32> poison(Ops tf, Operand<TInt64> labels) {
    Operand<TFloat32> hits =
        tf.dtypes.cast(tf.math.equal(labels, tf.constant(poisoned)), TFloat32.class);
    Operand<TFloat32> none = tf.math.sub(tf.constant(1f), tf.reduceMax(hits, tf.constant(0)));
    return tf.math.sub(tf.math.div(none, none), tf.constant(1f));
  }

  @Override
  public Criterion criterion() {
    return new Criterion("loss", false);
  }

  @Override
  public Network network() {
    return Tasks.network(Runs.config());
  }

  @Override
  public CardEntry card() {
    return new CardEntry("A linear model", "", Map.of());
  }
}
