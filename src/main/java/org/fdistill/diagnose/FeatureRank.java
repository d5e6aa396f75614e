package org.fdistill.diagnose;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat64;

/**
 * How many directions the patch tokens that leave a block spread over, from the singular values s
 * of all of them, centred. {@code effective} is the exponential of the entropy of s over their sum
 * (Roy and Vetterli, 2007); {@code numerical} counts the s above {@code C 2^-23} of the largest,
 * what rounding to float32 can tell from zero. At most C, and one less than there are tokens.
 */
final class FeatureRank implements Measure {
  static final String NAME = "feature_rank";

  /** One unit in the last place of a float32 of 1. */
  private static final double FLOAT_STEP = 0x1p-23;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String leftOut(Inside inside, long images) {
    return inside.withoutBlocks();
  }

  @Override
  public void build(Ops tf, Inside inside, Sums sums) {
    for (int i = 0; i < inside.layers().size(); i++) {
      Layer layer = inside.layers().get(i);
      int width = layer.width();
      Operand<TFloat64> rows =
          tf.dtypes.cast(
              tf.reshape(layer.leavingPatches(tf), tf.constant(new int[] {-1, width})),
              TFloat64.class);
      sums.add(total(i), Shape.of(width), tf.sum(rows, tf.constant(0)));
      sums.add(
          products(i),
          Shape.of(width, width),
          tf.linalg.matMul(rows, rows, MatMul.transposeA(true)));
    }
  }

  @Override
  public JsonObject read(Inside inside, Session session, Sums sums, long images) {
    JsonArray effective = new JsonArray();
    JsonArray numerical = new JsonArray();
    JsonArray width = new JsonArray();
    for (int i = 0; i < inside.layers().size(); i++) {
      double[] values = singularValues(inside.layers().get(i), i, session, sums, images);
      effective.add(Numbers.element(effective(values)));
      numerical.add(numerical(values));
      width.add(values.length);
    }
    JsonObject result = new JsonObject();
    result.add("effective", effective);
    result.add("numerical", numerical);
    result.add("width", width);
    return result;
  }

  /** Those of the centred tokens, as roots of the eigenvalues of their products, ascending. */
  private static double[] singularValues(
      Layer layer, int number, Session session, Sums sums, long images) {
    double count = (double) images * layer.leavingCount();
    List<double[]> both = sums.values(session, List.of(total(number), products(number)));
    double[] total = both.get(0);
    double[] products = both.get(1);
    int width = total.length;
    for (int i = 0; i < width; i++) {
      for (int j = 0; j < width; j++) {
        products[i * width + j] -= total[i] * total[j] / count;
      }
    }
    double[] eigenvalues = Eigenvalues.ofSymmetric(products, width);
    return Arrays.stream(eigenvalues).map(value -> Math.sqrt(Math.max(value, 0))).toArray();
  }

  static double effective(double[] singularValues) {
    double sum = Arrays.stream(singularValues).sum();
    double entropy =
        Arrays.stream(singularValues)
            .map(value -> value / sum)
            .filter(share -> share > 0)
            .map(share -> -share * Math.log(share))
            .sum();
    return Math.exp(entropy);
  }

  static long numerical(double[] singularValues) {
    double largest = Arrays.stream(singularValues).max().orElse(0);
    double least = singularValues.length * FLOAT_STEP * largest;
    return Arrays.stream(singularValues).filter(value -> value > least).count();
  }

  private static String total(int layer) {
    return NAME + "/total/" + layer;
  }

  private static String products(int layer) {
    return NAME + "/products/" + layer;
  }
}
