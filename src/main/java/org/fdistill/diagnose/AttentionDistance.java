package org.fdistill.diagnose;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * How far each head looks (section 9.1 of the specification; the ViT paper's mean attention
 * distance): the distance in pixels from a query to its keys, weighted by attention, mean over
 * queries and images. Prefix tokens are left out. What they took is missing then: {@code plain} is
 * as published implementations have it, {@code renormalised} divides by what is left.
 */
final class AttentionDistance implements Measure {
  static final String NAME = "attention_distance";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String leftOut(Inside inside, long images) {
    return inside.withoutAttention();
  }

  @Override
  public void build(Ops tf, Inside inside, Sums sums) {
    for (int i = 0; i < inside.layers().size(); i++) {
      Layer layer = inside.layers().get(i);
      AttentionShape shape = layer.shape();
      Operand<TFloat32> attention = layer.patches(tf);
      Operand<TFloat32> far =
          tf.sum(tf.math.mul(attention, distances(tf, shape)), tf.constant(3)); // [B W, H, n]
      Operand<TFloat32> left = tf.sum(attention, tf.constant(3));
      addMean(tf, sums, plain(i), shape, far);
      addMean(tf, sums, renormalised(i), shape, tf.math.divNoNan(far, left));
    }
  }

  /** Of [B W, H, n] the sum over images of the mean over an image's queries, [H]. */
  private static void addMean(
      Ops tf, Sums sums, String name, AttentionShape shape, Operand<TFloat32> ofQueries) {
    Operand<TFloat32> total = tf.sum(ofQueries, tf.constant(new int[] {0, 2}));
    float queries = shape.allPatches();
    sums.addSingle(name, Shape.of(shape.heads()), tf.math.div(total, tf.constant(queries)));
  }

  /**
   * From each patch of a window to each, in pixels, [n, n]; made in the graph, which is smaller.
   */
  private static Operand<TFloat32> distances(Ops tf, AttentionShape shape) {
    float[] rows = new float[shape.patches()];
    float[] columns = new float[shape.patches()];
    for (int i = 0; i < rows.length; i++) {
      int row = i / shape.side();
      int column = i % shape.side();
      rows[i] = (float) (row * shape.pixels());
      columns[i] = (float) (column * shape.pixels());
    }
    return tf.math.sqrt(tf.math.add(squares(tf, rows), squares(tf, columns)));
  }

  private static Operand<TFloat32> squares(Ops tf, float[] places) {
    Operand<TFloat32> all = tf.constant(places);
    return tf.math.squaredDifference(
        tf.expandDims(all, tf.constant(0)), tf.expandDims(all, tf.constant(1)));
  }

  @Override
  public JsonObject read(Inside inside, Session session, Sums sums, long images) {
    JsonArray plain = new JsonArray();
    JsonArray renormalised = new JsonArray();
    JsonArray deviation = new JsonArray();
    JsonArray range = new JsonArray();
    int layers = inside.layers().size();
    List<String> names =
        Stream.concat(
                IntStream.range(0, layers).mapToObj(AttentionDistance::plain),
                IntStream.range(0, layers).mapToObj(AttentionDistance::renormalised))
            .toList();
    List<double[]> totals = sums.values(session, names);
    for (int i = 0; i < layers; i++) {
      double[] heads = Numbers.scaled(totals.get(i), 1.0 / images);
      plain.add(Numbers.array(heads));
      renormalised.add(Numbers.array(Numbers.scaled(totals.get(layers + i), 1.0 / images)));
      deviation.add(Numbers.element(Numbers.deviation(heads)));
      range.add(Numbers.element(Numbers.range(heads)));
    }
    JsonObject result = new JsonObject();
    result.addProperty("unit", "pixels");
    result.add("plain", plain);
    result.add("renormalised", renormalised);
    result.add("deviation_over_heads", deviation);
    result.add("range_over_heads", range);
    return result;
  }

  private static String plain(int layer) {
    return NAME + "/plain/" + layer;
  }

  private static String renormalised(int layer) {
    return NAME + "/renormalised/" + layer;
  }
}
