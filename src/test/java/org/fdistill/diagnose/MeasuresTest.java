package org.fdistill.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fdistill.graph.SessionFactory;
import org.fdistill.testing.Golden;
import org.fdistill.testing.NpyArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Each measure against NumPy, on attention and tokens of PyTorch's networks. */
class MeasuresTest {
  private static final Golden GOLDEN = Golden.open("diagnose/measures");
  private static final int IMAGES = 6;

  /**
   * The inputs are the same float32 values, and sums of float32 have at most 6 x 4 x 16 x 16 terms,
   * all of them positive: 2^-24 times the root of their number, 80, of the result.
   */
  private static final double RELATIVE = 80 * 0x1p-24;

  private static JsonObject layer(String model, int number) {
    return GOLDEN.description().getAsJsonArray(model).get(number).getAsJsonObject();
  }

  private static Inside inside(Ops tf, String model) {
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < GOLDEN.description().getAsJsonArray(model).size(); i++) {
      JsonObject stated = layer(model, i);
      AttentionShape shape =
          new AttentionShape(
              stated.get("heads").getAsInt(),
              stated.get("windows").getAsInt(),
              stated.get("tokens").getAsInt(),
              stated.get("prefix").getAsInt(),
              stated.get("side").getAsInt(),
              stated.get("pixels").getAsDouble());
      NpyArray leaving = GOLDEN.array(model + "/leaving/" + i);
      layers.add(
          new Layer(
              model + i,
              constant(tf, GOLDEN.array(model + "/attention/" + i)),
              shape,
              constant(tf, leaving),
              (int) leaving.shape()[1],
              (int) leaving.shape()[2]));
    }
    return new Inside(null, layers, "", "");
  }

  private static Operand<TFloat32> constant(Ops tf, NpyArray array) {
    return tf.constant(Shape.of(array.shape()), DataBuffers.of(array.floats(), true, false));
  }

  /** Two batches of the same images: what is summed must be divided by the number of images. */
  private static JsonObject measured(Measure measure, String model) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Inside inside = inside(tf, model);
      Sums sums = new Sums(tf);
      assertThat(measure.leftOut(inside, IMAGES)).isEmpty();
      measure.build(tf, inside, sums);
      sums.finish();
      try (Session session = SessionFactory.open(graph)) {
        sums.clear(session);
        session.runner().addTarget(sums.addition()).run().close();
        session.runner().addTarget(sums.addition()).run().close();
        return measure.read(inside, session, sums, 2 * IMAGES);
      }
    }
  }

  private static void requireAll(JsonElement found, JsonElement expected) {
    double[] actual = numbers(found);
    double[] wanted = numbers(expected);
    assertThat(actual).hasSameSizeAs(wanted);
    for (int i = 0; i < wanted.length; i++) {
      assertThat(actual[i]).isCloseTo(wanted[i], within(RELATIVE * Math.abs(wanted[i])));
    }
  }

  private static double[] numbers(JsonElement element) {
    return element.isJsonArray()
        ? element.getAsJsonArray().asList().stream()
            .flatMapToDouble(e -> Arrays.stream(numbers(e)))
            .toArray()
        : new double[] {element.getAsDouble()};
  }

  /** An entry of every layer, as the golden has it. */
  private static JsonArray stated(String model, String... path) {
    JsonArray layers = new JsonArray();
    for (JsonElement layer : GOLDEN.description().getAsJsonArray(model)) {
      JsonElement at = layer;
      for (String name : path) {
        at = at.getAsJsonObject().get(name);
      }
      layers.add(at);
    }
    return layers;
  }

  @ParameterizedTest
  @ValueSource(strings = {"vit", "beit", "swin"})
  void attentionDistance(String model) {
    JsonObject found = measured(new AttentionDistance(), model);
    requireAll(found.get("plain"), stated(model, "plain"));
    requireAll(found.get("renormalised"), stated(model, "renormalised"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"vit", "beit", "swin"})
  void headSimilarity(String model) {
    JsonObject found = measured(new HeadSimilarity(), model);
    for (String kind : List.of("column", "row", "flattened")) {
      requireAll(found.get(kind), stated(model, "similarity", kind));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vit", "beit", "swin"})
  void attentionMaps(String model) {
    JsonObject found = measured(new AttentionMaps(), model);
    for (int i = 0; i < found.getAsJsonArray("maps").size(); i++) {
      double[] map = numbers(found.getAsJsonArray("maps").get(i));
      double[] expected = GOLDEN.array(model + "/map/" + i).doubles();
      for (int j = 0; j < map.length; j++) {
        assertThat(map[j]).isCloseTo(expected[j], within(RELATIVE * expected[j]));
      }
    }
    for (String proxy : List.of("r2_relative", "r2_column")) {
      double[] shares = numbers(found.get(proxy));
      double[] expected = numbers(stated(model, proxy));
      for (int i = 0; i < shares.length; i++) {
        // A share of a variance: entries of relative error e move it by e times mean over
        // deviation.
        assertThat(shares[i]).isCloseTo(expected[i], within(50 * RELATIVE));
      }
    }
  }

  /** The roots of sums in float64 of float32 values: eight digits of the singular values. */
  @ParameterizedTest
  @ValueSource(strings = {"vit", "beit", "swin"})
  void featureRank(String model) {
    JsonObject found = measured(new FeatureRank(), model);
    requireAll(found.get("effective"), stated(model, "effective"));
    assertThat(found.get("numerical")).isEqualTo(stated(model, "numerical"));
  }

  /** As one batch of six images, and as two of four. */
  @ParameterizedTest
  @CsvSource({"one, 6, 0", "two, 4, 0 2"})
  void linearCka(String golden, int batch, String offsets) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Placeholder<TInt32> offset = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
      List<Inside> models = new ArrayList<>();
      for (String model : List.of("vit", "beit", "swin")) {
        models.add(batchOf(tf, inside(tf, model), offset, batch));
      }
      Sums sums = new Sums(tf);
      LinearCka.build(tf, models, batch, sums);
      sums.finish();
      try (Session session = SessionFactory.open(graph)) {
        sums.clear(session);
        for (String from : offsets.split(" ", -1)) {
          try (TInt32 fed = TInt32.scalarOf(Integer.parseInt(from))) {
            session.runner().feed(offset, fed).addTarget(sums.addition()).run().close();
          }
        }
        double[] found = numbers(LinearCka.read(models, session, sums).get("values"));
        double[] expected = GOLDEN.array("cka/" + golden).doubles();
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
          // HSIC is a difference of terms some ten times its size; products have 768 terms.
          assertThat(found[i]).isCloseTo(expected[i], within(10 * Math.sqrt(768) * 0x1p-24));
        }
      }
    }
  }

  /** Some of the images of a model that is as large as all of them. */
  private static Inside batchOf(Ops tf, Inside all, Operand<TInt32> offset, int batch) {
    Operand<TInt32> from = tf.stack(List.of(offset, tf.constant(0), tf.constant(0)));
    List<Layer> layers = new ArrayList<>();
    for (Layer layer : all.layers()) {
      Operand<TFloat32> some =
          tf.slice(
              layer.leaving(), from, tf.constant(new int[] {batch, layer.tokens(), layer.width()}));
      layers.add(
          new Layer(
              layer.name(), layer.attention(), layer.shape(), some, layer.tokens(), layer.width()));
    }
    return new Inside(null, layers, "", "");
  }

  /** Tokens of three directions, on a scale of thousands, have rank three. */
  @Test
  void ranksOfKnownSpectra() {
    assertThat(FeatureRank.numerical(new double[] {1e-9, 3, 1000, 2000})).isEqualTo(3);
    assertThat(FeatureRank.effective(new double[] {0, 5, 5, 5, 5})).isCloseTo(4, within(1e-12));
    assertThat(FeatureRank.effective(new double[] {0, 0, 7})).isCloseTo(1, within(1e-12));
  }

  /** A map of offsets alone, and one of keys alone. */
  @Test
  void whatMapsDependOn() {
    double[] byOffset = new double[81];
    double[] byKey = new double[81];
    for (int i = 0; i < 81; i++) {
      int rows = i % 9 / 3 - i / 9 / 3;
      int columns = i % 9 % 3 - i / 9 % 3;
      byOffset[i] = 1.0 / (1 + rows * rows + 2 * columns + 4);
      byKey[i] = (i % 9) * (i % 9);
    }
    assertThat(ExplainedVariance.byOffset(byOffset, 3)).isCloseTo(1, within(1e-12));
    assertThat(ExplainedVariance.byColumn(byOffset, 3)).isLessThan(0.9);
    assertThat(ExplainedVariance.byColumn(byKey, 3)).isCloseTo(1, within(1e-12));
    assertThat(ExplainedVariance.byOffset(byKey, 3)).isLessThan(0.9);
    assertThat(ExplainedVariance.byOffset(new double[16], 2)).isNaN();
  }
}
