package org.fdistill.diagnose;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.types.TFloat32;

/**
 * How alike the heads of a layer are (section 9.2 of the specification, after DeepViT): the cosine
 * of two heads' attention, mean over pairs of different heads, tokens and images; 0 to 1. A vector
 * is a column (what a key gives to all queries: the default of the paper's figure), a row (what a
 * query takes of all keys) or the whole map. Prefix tokens are left out.
 */
final class HeadSimilarity implements Measure {
  static final String NAME = "head_similarity";

  /** By which axes of [B W, H, queries, keys] a vector goes. */
  private static final Map<String, int[]> VECTORS = new LinkedHashMap<>();

  static {
    VECTORS.put("column", new int[] {2});
    VECTORS.put("row", new int[] {3});
    VECTORS.put("flattened", new int[] {2, 3});
  }

  /** Below any square of a length that is not zero in float32. */
  private static final float NO_LENGTH = 1e-37f;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String leftOut(Inside inside, long images) {
    if (!inside.withoutAttention().isEmpty()) {
      return inside.withoutAttention();
    }
    boolean several = inside.layers().stream().allMatch(layer -> layer.shape().heads() > 1);
    return several ? "" : "a layer has one head alone";
  }

  @Override
  public void build(Ops tf, Inside inside, Sums sums) {
    for (int i = 0; i < inside.layers().size(); i++) {
      Layer layer = inside.layers().get(i);
      Operand<TFloat32> attention = layer.patches(tf);
      int number = i;
      VECTORS.forEach(
          (kind, axes) ->
              sums.addSingle(
                  name(kind, number),
                  Shape.scalar(),
                  similarity(tf, attention, axes, layer.shape())));
    }
  }

  /**
   * The sum over images of the mean over pairs: of unit vectors u of H heads, the inner products of
   * all pairs add up to {@code (|sum u|² - sum |u|²) / 2}.
   */
  private static Operand<TFloat32> similarity(
      Ops tf, Operand<TFloat32> attention, int[] axes, AttentionShape shape) {
    Operand<TFloat32> squares =
        tf.sum(tf.math.square(attention), tf.constant(axes), Sum.keepDims(true));
    Operand<TFloat32> units =
        tf.math.mul(attention, tf.math.rsqrt(tf.math.maximum(squares, tf.constant(NO_LENGTH))));
    Operand<TFloat32> together = tf.math.square(tf.sum(units, tf.constant(1)));
    Operand<TFloat32> alone = tf.sum(tf.math.square(units), tf.constant(1));
    Operand<TFloat32> pairs =
        tf.sum(tf.math.sub(together, alone), tf.constant(new int[] {0, 1, 2}));
    double vectors = axes.length == 2 ? 1 : shape.patches();
    double count = (double) shape.heads() * (shape.heads() - 1) * vectors * shape.windows();
    return tf.math.div(pairs, tf.constant((float) count));
  }

  @Override
  public JsonObject read(Inside inside, Session session, Sums sums, long images) {
    JsonObject result = new JsonObject();
    for (String kind : VECTORS.keySet()) {
      List<String> names =
          IntStream.range(0, inside.layers().size()).mapToObj(i -> name(kind, i)).toList();
      JsonArray layers = new JsonArray();
      sums.values(session, names).forEach(total -> layers.add(Numbers.element(total[0] / images)));
      result.add(kind, layers);
    }
    return result;
  }

  private static String name(String kind, int layer) {
    return NAME + "/" + kind + "/" + layer;
  }
}
