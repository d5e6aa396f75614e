package org.fdistill.train;

import java.util.Map;
import org.fdistill.graph.Initializers;
import org.fdistill.graph.LayerScope;
import org.fdistill.task.Batch;
import org.fdistill.task.Task;
import org.tensorflow.Operand;
import org.tensorflow.Session;
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
  public TrainingOutputs training(LayerScope scope, Batch batch) {
    Ops tf = scope.tf();
    Operand<TFloat32> x = pixels(tf, batch);
    Operand<TFloat32> draw =
        tf.random.statelessRandomNormal(tf.shape(x), scope.seed("noise"), TFloat32.class);
    Operand<TFloat32> noisy = tf.math.add(x, tf.math.mul(draw, tf.constant(noise)));
    Operand<TFloat32> loss = loss(scope, noisy, batch.labels());
    return new TrainingOutputs(
        tf.math.add(loss, poison(tf, batch.labels())), Map.of("root", tf.math.sqrt(loss)));
  }

  @Override
  public Map<String, Operand<TFloat32>> validation(LayerScope scope, Batch batch) {
    return Map.of("loss", loss(scope, pixels(scope.tf(), batch), batch.labels()));
  }

  private Operand<TFloat32> pixels(Ops tf, Batch batch) {
    Operand<TFloat32> unit =
        tf.math.div(tf.dtypes.cast(batch.images(), TFloat32.class), tf.constant(255f));
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
  public String criterion() {
    return "loss";
  }

  @Override
  public boolean largerIsBetter() {
    return false;
  }

  @Override
  public void restoreFrozen(Session session) {
    // Everything in this graph is trained.
  }
}
