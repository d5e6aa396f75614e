package org.fdistill.diagnose;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * How alike what leaves the blocks is, of every block of all models to every other: linear CKA of
 * images, each with all of its patch tokens as one vector, by batches (Nguyen, Raghu and Kornblith,
 * 2021): the unbiased estimate of HSIC of each batch, summed before the division. Only products
 * between images of a batch are compared, so that grids and widths may differ. Letters: B batch, L
 * layers of all models.
 */
final class LinearCka {
  static final String NAME = "cka";

  /** Fewer images in a batch have no unbiased estimate. */
  static final int LEAST_BATCH = 4;

  private static final String HSIC = NAME + "/hsic";

  private LinearCka() {}

  /**
   * Adds what is summed of each batch: the unbiased HSIC (Song et al., 2012, equation 5) of every
   * pair of layers. A batch's mean is taken off first, which changes nothing but rounding.
   *
   * @param batch B
   */
  static void build(Ops tf, List<Inside> models, int batch, Sums sums) {
    List<Operand<TFloat64>> kernels = new ArrayList<>();
    models.forEach(model -> model.layers().forEach(layer -> kernels.add(kernel(tf, layer, batch))));
    Operand<TFloat64> all = tf.stack(kernels); // [L, B, B]
    int layers = kernels.size();
    Operand<TFloat64> flat = tf.reshape(all, tf.constant(new int[] {layers, batch * batch}));
    Operand<TFloat64> rows = tf.sum(all, tf.constant(2)); // [L, B]
    Operand<TFloat64> totals =
        tf.reshape(tf.sum(rows, tf.constant(1)), tf.constant(new int[] {layers, 1}));
    double n = batch;
    Operand<TFloat64> hsic =
        tf.math.sub(
            tf.math.add(
                products(tf, flat), scaled(tf, products(tf, totals), 1 / ((n - 1) * (n - 2)))),
            scaled(tf, products(tf, rows), 2 / (n - 2)));
    sums.add(HSIC, Shape.of(layers, layers), hsic);
  }

  /** Products of the images of a batch with each other, [B, B], without those with themselves. */
  private static Operand<TFloat64> kernel(Ops tf, Layer layer, int batch) {
    Operand<TFloat32> images =
        tf.reshape(layer.leavingPatches(tf), tf.constant(new int[] {batch, -1}));
    Operand<TFloat32> centred = tf.math.sub(images, tf.math.mean(images, tf.constant(0)));
    Operand<TFloat64> kernel =
        tf.dtypes.cast(tf.linalg.matMul(centred, centred, MatMul.transposeB(true)), TFloat64.class);
    Operand<TFloat64> none = tf.zeros(tf.constant(new int[] {batch}), TFloat64.class);
    return tf.linalg.matrixSetDiag(kernel, none, tf.constant(0));
  }

  private static Operand<TFloat64> products(Ops tf, Operand<TFloat64> rows) {
    return tf.linalg.matMul(rows, rows, MatMul.transposeB(true));
  }

  private static Operand<TFloat64> scaled(Ops tf, Operand<TFloat64> matrix, double factor) {
    return tf.math.mul(matrix, tf.constant(factor));
  }

  /** The result: {@code layers} of each model, and {@code values} [L, L], models in their order. */
  static JsonObject read(List<Inside> models, Session session, Sums sums) {
    double[] hsic = sums.values(session, HSIC);
    int layers = (int) Math.round(Math.sqrt(hsic.length));
    double[] values = new double[hsic.length];
    for (int i = 0; i < hsic.length; i++) {
      double own = hsic[i / layers * (layers + 1)] * hsic[i % layers * (layers + 1)];
      values[i] = hsic[i] / Math.sqrt(own);
    }
    JsonArray depths = new JsonArray();
    models.forEach(model -> depths.add(model.layers().size()));
    JsonObject result = new JsonObject();
    result.add("layers", depths);
    result.add("values", Numbers.rows(values, layers));
    return result;
  }
}
