package org.fdistill.plot;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.fdistill.files.WholeFile;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.internal.chartpart.IChart;

/**
 * The results of a diagnosis as pictures in the form of Feature Distillation's Figures 2 to 9, a
 * panel a model side by side with one scale. Their data are {@code diagnostics.json}, whose parts
 * {@code org.fdistill.diagnose} describes; a measure that is not there gives no picture.
 */
public final class DiagnosisPlots {
  private static final int MAPS_OF_A_MODEL = 4;

  /** Values of a landscape that are drawn where a task has them. */
  private static final Map<String, String> VALUES = new LinkedHashMap<>();

  static {
    VALUES.put("loss", "loss");
    VALUES.put("top1", "top-1 accuracy");
    VALUES.put("miou", "mean IoU");
  }

  private final List<JsonObject> models = new ArrayList<>();
  private final JsonObject results;

  /** Takes results; nothing is drawn yet. */
  public DiagnosisPlots(JsonObject results) {
    this.results = results;
    results.getAsJsonArray("models").forEach(model -> models.add(model.getAsJsonObject()));
  }

  /**
   * Draws what there is.
   *
   * @param folder receives NAME.png
   * @return the names of the files
   */
  public List<String> write(Path folder) throws IOException {
    Map<String, List<List<IChart>>> pictures = new LinkedHashMap<>();
    pictures.put("attention_distance.png", distance());
    pictures.put("head_similarity.png", similarity());
    pictures.put("attention_maps.png", maps());
    pictures.put("feature_rank.png", rank());
    pictures.put("cka.png", cka());
    pictures.put("landscape.png", landscape());
    List<String> names = new ArrayList<>();
    for (Map.Entry<String, List<List<IChart>>> picture : pictures.entrySet()) {
      if (!picture.getValue().isEmpty()) {
        WholeFile.write(folder.resolve(picture.getKey()), png(picture.getValue()));
        names.add(picture.getKey());
      }
    }
    return names;
  }

  private static byte[] png(List<List<IChart>> rows) throws IOException {
    List<IChart> charts = rows.stream().flatMap(List::stream).toList();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BitmapEncoder.saveBitmap(
        charts, rows.size(), rows.get(0).size(), out, BitmapEncoder.BitmapFormat.PNG);
    return out.toByteArray();
  }

  private List<JsonObject> having(String measure) {
    return models.stream().filter(model -> model.getAsJsonObject("measures").has(measure)).toList();
  }

  private static JsonObject measure(JsonObject model, String name) {
    return model.getAsJsonObject("measures").getAsJsonObject(name);
  }

  private static String label(JsonObject model) {
    return model.get("label").getAsString();
  }

  /** Figure 2: one point a head. */
  private List<List<IChart>> distance() {
    List<JsonObject> shown = having("attention_distance");
    double most =
        shown.stream()
            .flatMap(model -> rows(measure(model, "attention_distance").get("plain")).stream())
            .flatMapToDouble(Arrays::stream)
            .max()
            .orElse(0);
    List<IChart> panels = new ArrayList<>();
    for (JsonObject model : shown) {
      List<double[]> layers = rows(measure(model, "attention_distance").get("plain"));
      LinePlot plot = new LinePlot(label(model), "layer", "attention distance (pixels)");
      for (int layer = 0; layer < layers.size(); layer++) {
        double[] at = new double[layers.get(layer).length];
        Arrays.fill(at, layer);
        plot.points("layer " + layer, at, layers.get(layer));
      }
      panels.add(plot.overLayers(layers.size()).range(0, most).withoutLegend().chart());
    }
    return oneRow(panels);
  }

  /** Figure 3: columns, as the paper's, and beside them rows and whole maps. */
  private List<List<IChart>> similarity() {
    List<JsonObject> shown = having("head_similarity");
    List<IChart> panels = new ArrayList<>();
    Map<String, String> kinds = new LinkedHashMap<>();
    kinds.put("column", "what a key gives (columns)");
    kinds.put("row", "what a query takes (rows)");
    kinds.put("flattened", "whole maps");
    kinds.forEach(
        (kind, title) ->
            panels.add(overLayers(shown, "head_similarity", kind, title, "cosine of heads", 1)));
    return shown.isEmpty() ? List.of() : oneRow(panels);
  }

  private List<List<IChart>> rank() {
    List<JsonObject> shown = having("feature_rank");
    if (shown.isEmpty()) {
      return List.of();
    }
    return oneRow(
        List.of(
            overLayers(shown, "feature_rank", "effective", "effective rank", "dimensions", 0),
            overLayers(shown, "feature_rank", "numerical", "numerical rank", "dimensions", 0)));
  }

  /**
   * A line a model.
   *
   * @param most of the y axis; 0 for what the values ask for
   */
  private static IChart overLayers(
      List<JsonObject> models, String measure, String part, String title, String y, double most) {
    LinePlot plot = new LinePlot(title, "layer", y);
    int layers = 1;
    double largest = most;
    for (JsonObject model : models) {
      double[] values = numbers(measure(model, measure).getAsJsonArray(part));
      plot.line(label(model), LinePlot.numbers(values.length), values);
      layers = Math.max(layers, values.length);
      largest = Math.max(largest, Arrays.stream(values).filter(Double::isFinite).max().orElse(0));
    }
    return plot.overLayers(layers).range(0, largest).chart();
  }

  /** Figure 4: some layers of each model, one scale for all. */
  private List<List<IChart>> maps() {
    List<List<IChart>> rows = new ArrayList<>();
    List<JsonObject> shown = having("attention_maps");
    int columns =
        shown.stream()
            .mapToInt(m -> maps(m).size())
            .map(n -> Math.min(n, MAPS_OF_A_MODEL))
            .min()
            .orElse(0);
    double most = 0;
    for (JsonObject model : shown) {
      for (int layer : some(maps(model).size(), columns)) {
        most = Math.max(most, brightest(matrix(maps(model).get(layer))));
      }
    }
    double end = HeatPlot.scaleEnd(most);
    for (JsonObject model : shown) {
      List<IChart> row = new ArrayList<>();
      for (int layer : some(maps(model).size(), columns)) {
        String title = label(model) + ", layer " + layer;
        double[][] map = matrix(maps(model).get(layer));
        row.add(new HeatPlot(title, "key", "query", map, 0, end).withoutTicks().chart());
      }
      rows.add(row);
    }
    return rows;
  }

  private static JsonArray maps(JsonObject model) {
    return measure(model, "attention_maps").getAsJsonArray("maps");
  }

  /** The largest value but for the thousandth part of a map, which would darken all others. */
  private static double brightest(double[][] map) {
    double[] sorted = Arrays.stream(map).flatMapToDouble(Arrays::stream).sorted().toArray();
    return sorted[(int) Math.floor((sorted.length - 1) * 0.999)];
  }

  /** Layers from the first to the last, evenly spaced. */
  private static List<Integer> some(int layers, int count) {
    TreeSet<Integer> chosen = new TreeSet<>();
    for (int i = 0; i < count; i++) {
      chosen.add(count == 1 ? layers - 1 : Math.round((float) i * (layers - 1) / (count - 1)));
    }
    return List.copyOf(chosen);
  }

  private List<List<IChart>> cka() {
    if (!results.has("cka")) {
      return List.of();
    }
    JsonObject cka = results.getAsJsonObject("cka");
    double[][] all = matrix(cka.get("values"));
    int[] depths =
        cka.getAsJsonArray("layers").asList().stream().mapToInt(JsonElement::getAsInt).toArray();
    List<List<IChart>> rows = new ArrayList<>();
    int top = 0;
    for (int i = 0; i < depths.length; i++) {
      List<IChart> row = new ArrayList<>();
      int left = 0;
      for (int j = 0; j < depths.length; j++) {
        double[][] part = new double[depths[i]][];
        for (int k = 0; k < depths[i]; k++) {
          part[k] = Arrays.copyOfRange(all[top + k], left, left + depths[j]);
        }
        String y = cka.getAsJsonArray("models").get(i).getAsString();
        String x = cka.getAsJsonArray("models").get(j).getAsString();
        String title = i == j ? x : y + " and " + x;
        row.add(new HeatPlot(title, x + ", layer", y + ", layer", part, 0, 1).chart());
        left += depths[j];
      }
      rows.add(row);
      top += depths[i];
    }
    return rows;
  }

  /** Figure 5: loss above, accuracy below, one curve a direction. */
  private List<List<IChart>> landscape() {
    List<JsonObject> shown =
        having("landscape").stream()
            .filter(m -> !measure(m, "landscape").getAsJsonArray("directions").isEmpty())
            .toList();
    List<List<IChart>> rows = new ArrayList<>();
    for (String value : VALUES.keySet()) {
      List<IChart> row = new ArrayList<>();
      List<JsonObject> measured =
          shown.stream()
              .filter(m -> measure(m, "landscape").getAsJsonObject("origin").has(value))
              .toList();
      for (JsonObject model : measured) {
        row.add(curves(model, value, measured));
      }
      if (!row.isEmpty() && row.size() == shown.size()) {
        rows.add(row);
      }
    }
    return rows;
  }

  private static IChart curves(JsonObject model, String value, List<JsonObject> all) {
    JsonObject landscape = measure(model, "landscape");
    LinePlot plot = new LinePlot(label(model), "distance along a direction", VALUES.get(value));
    for (JsonElement direction : landscape.getAsJsonArray("directions")) {
      JsonObject curve = direction.getAsJsonObject();
      plot.curve(
          curve.get("seed").getAsString(), // short: the legend is one line
          numbers(landscape.getAsJsonArray("distances")),
          numbers(curve.getAsJsonArray(value)));
    }
    double most =
        all.stream()
            .flatMap(m -> measure(m, "landscape").getAsJsonArray("directions").asList().stream())
            .flatMapToDouble(d -> Arrays.stream(numbers(d.getAsJsonObject().getAsJsonArray(value))))
            .filter(Double::isFinite)
            .max()
            .orElse(1);
    return plot.range(0, most).chart();
  }

  private static List<List<IChart>> oneRow(List<IChart> panels) {
    return panels.isEmpty() ? List.of() : List.of(panels);
  }

  private static double[] numbers(JsonArray array) {
    return array.asList().stream()
        .mapToDouble(e -> e.isJsonNull() ? Double.NaN : e.getAsDouble())
        .toArray();
  }

  private static List<double[]> rows(JsonElement array) {
    return array.getAsJsonArray().asList().stream().map(r -> numbers(r.getAsJsonArray())).toList();
  }

  private static double[][] matrix(JsonElement array) {
    return rows(array).toArray(double[][]::new);
  }
}
