package org.fdistill.diagnose;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Average attention maps (section 9.3 of the specification): the mean over images, heads and, where
 * there are any, windows; rows are queries. Two proxies say how much of a map depends on what:
 * {@code r2_relative} on the offset from query to key alone, {@code r2_column} on the key alone.
 */
final class AttentionMaps implements Measure {
  static final String NAME = "attention_maps";

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
      AttentionShape shape = inside.layers().get(i).shape();
      Operand<TFloat32> total =
          tf.sum(inside.layers().get(i).patches(tf), tf.constant(new int[] {0, 1}));
      float count = (float) shape.heads() * shape.windows();
      sums.addSingle(
          name(i),
          Shape.of(shape.patches(), shape.patches()),
          tf.math.div(total, tf.constant(count)));
    }
  }

  @Override
  public JsonObject read(Inside inside, Session session, Sums sums, long images) {
    JsonArray maps = new JsonArray();
    JsonArray relative = new JsonArray();
    JsonArray column = new JsonArray();
    List<String> names =
        IntStream.range(0, inside.layers().size()).mapToObj(AttentionMaps::name).toList();
    List<double[]> totals = sums.values(session, names);
    for (int i = 0; i < names.size(); i++) {
      int side = inside.layers().get(i).shape().side();
      double[] map = Numbers.scaled(totals.get(i), 1.0 / images);
      maps.add(Numbers.rows(map, side * side));
      relative.add(Numbers.element(ExplainedVariance.byOffset(map, side)));
      column.add(Numbers.element(ExplainedVariance.byColumn(map, side)));
    }
    JsonObject result = new JsonObject();
    result.add("r2_relative", relative);
    result.add("r2_column", column);
    result.add("maps", maps);
    return result;
  }

  private static String name(int layer) {
    return NAME + "/" + layer;
  }
}
