package org.fdistill.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fdistill.config.Printable;

/** What a page shows of {@code diagnostics.json}: models beside each other, layer by layer. */
final class DiagnosisSections {
  private static final String LAYER = PlotFigures.LAYER;

  /** Width of what several models' points of one layer are spread over. */
  private static final double SPREAD = 0.6;

  private final JsonObject root;
  private final List<JsonObject> models = new ArrayList<>();

  /**
   * Of one diagnosis.
   *
   * @param root as org.fdistill.diagnose describes it
   */
  DiagnosisSections(JsonObject root) {
    this.root = root;
    root.getAsJsonArray("models").forEach(model -> models.add(model.getAsJsonObject()));
  }

  /** A plot for each measure of which some model has values. */
  List<Plot> plots() {
    List<Plot> plots = new ArrayList<>();
    heads("Attention distance by head", "plain").ifPresent(plots::add);
    heads("Attention distance by head, without the class token", "renormalised")
        .ifPresent(plots::add);
    line(plots, "Heads' similarity, column", "head_similarity", "column");
    line(plots, "Heads' similarity, row", "head_similarity", "row");
    line(plots, "Heads' similarity, flattened", "head_similarity", "flattened");
    line(
        plots, "Share of maps that the offset explains (R\u00b2)", "attention_maps", "r2_relative");
    line(plots, "Share of maps that the key explains (R\u00b2)", "attention_maps", "r2_column");
    line(plots, "Effective rank of the features", "feature_rank", "effective");
    plots.addAll(landscapes());
    return plots;
  }

  /** Each value of a validation along random directions, the mean of these. */
  private List<Plot> landscapes() {
    Map<String, List<Plot.Line>> byValue = new LinkedHashMap<>();
    for (int m = 0; m < models.size(); m++) {
      Optional<JsonObject> found = measure(models.get(m), "landscape");
      if (found.isEmpty()) {
        continue;
      }
      double[] distances = numbers(found.get().getAsJsonArray("distances"));
      for (Map.Entry<String, double[]> mean : means(found.get(), distances.length).entrySet()) {
        Series series = new Series(distances, mean.getValue());
        if (series.finite() > 0) {
          byValue
              .computeIfAbsent(mean.getKey(), name -> new ArrayList<>())
              .add(new Plot.Line(label(models.get(m)), m, Plot.Look.SOLID, series));
        }
      }
    }
    List<Plot> plots = new ArrayList<>();
    byValue.forEach(
        (name, lines) ->
            plots.add(
                new Plot(
                    Figures.title(name) + " along random directions, mean", "distance", lines)));
    return plots;
  }

  private static Map<String, double[]> means(JsonObject landscape, int points) {
    Map<String, double[]> sums = new LinkedHashMap<>();
    JsonArray directions = landscape.getAsJsonArray("directions");
    for (JsonElement element : directions) {
      element
          .getAsJsonObject()
          .asMap()
          .forEach(
              (name, values) -> {
                if (values.isJsonArray()) {
                  double[] sum = sums.computeIfAbsent(name, n -> new double[points]);
                  double[] along = numbers(values.getAsJsonArray());
                  Arrays.setAll(sum, i -> sum[i] + along[i] / directions.size());
                }
              });
    }
    return sums;
  }

  /** How alike the layers of all models are; nothing where that was not measured. */
  Html cka() {
    if (!root.has("cka") || !root.get("cka").isJsonObject()) {
      return Html.NOTHING;
    }
    JsonObject cka = root.getAsJsonObject("cka");
    double[][] values = matrix(cka.getAsJsonArray("values"));
    List<String> layers = new ArrayList<>();
    JsonArray names = cka.getAsJsonArray("models");
    for (int model = 0; model < names.size(); model++) {
      for (int layer = 1; layer <= cka.getAsJsonArray("layers").get(model).getAsInt(); layer++) {
        layers.add(Printable.line(names.get(model).getAsString()) + ", layer " + layer);
      }
    }
    if (values.length == 0 || values.length != layers.size()) {
      return Html.NOTHING;
    }
    List<String> header = new ArrayList<>(List.of("Layer"));
    header.addAll(layers);
    Table table = new Table("Linear CKA", header);
    for (int row = 0; row < values.length; row++) {
      List<String> cells = new ArrayList<>(List.of(layers.get(row)));
      Arrays.stream(values[row]).mapToObj(Figures::of).forEach(cells::add);
      table.row(cells);
    }
    String note =
        "Linear CKA of the layers, rows and columns from %s to %s; dark is 0, the lightest yellow 1."
            .formatted(layers.get(0), layers.get(layers.size() - 1));
    return Html.all(
        Html.element("p", Map.of("class", "note"), Html.text(note)),
        Html.element(
            "div",
            Map.of("class", "pictures pair"),
            Html.element("figure", HeatMap.image(values, 1, note))),
        Html.element("details", Html.element("summary", "Values as a table"), table.html()));
  }

  private static String label(JsonObject model) {
    return Printable.line(model.get("label").getAsString());
  }

  private static Optional<JsonObject> measure(JsonObject model, String name) {
    return Optional.ofNullable(model.getAsJsonObject("measures").getAsJsonObject(name));
  }

  /** A value of each layer. */
  private void line(List<Plot> plots, String title, String measure, String entry) {
    List<Plot.Line> lines = new ArrayList<>();
    for (int m = 0; m < models.size(); m++) {
      int colour = m;
      JsonObject model = models.get(m);
      measure(model, measure)
          .map(of -> numbers(of.getAsJsonArray(entry)))
          .map(DiagnosisSections::byLayer)
          .filter(series -> series.finite() > 0)
          .ifPresent(s -> lines.add(new Plot.Line(label(model), colour, Plot.Look.SOLID, s)));
    }
    if (!lines.isEmpty()) {
      plots.add(new Plot(title, LAYER, lines));
    }
  }

  /** A point a head, and the mean of the heads as a line. */
  private Optional<Plot> heads(String title, String entry) {
    List<Plot.Line> lines = new ArrayList<>();
    Map<String, double[][]> all = new LinkedHashMap<>();
    String unit = "";
    for (int m = 0; m < models.size(); m++) {
      Optional<JsonObject> found = measure(models.get(m), "attention_distance");
      if (found.isEmpty() || !found.get().has(entry)) {
        continue;
      }
      double[][] values = matrix(found.get().getAsJsonArray(entry));
      unit = found.get().get("unit").getAsString();
      String label = label(models.get(m));
      all.put(label, values);
      double[] means =
          Arrays.stream(values)
              .mapToDouble(h -> Arrays.stream(h).average().orElse(Double.NaN))
              .toArray();
      lines.add(new Plot.Line(label + ", heads", m, Plot.Look.DOTS, dots(values, m)));
      lines.add(new Plot.Line(label + ", mean", m, Plot.Look.SOLID, byLayer(means)));
    }
    String full = title + ", " + unit;
    return lines.isEmpty()
        ? Optional.empty()
        : Optional.of(new Plot(full, LAYER, lines, headTable(full, all)));
  }

  /** The points of a layer stand beside each other, one model's beside the next. */
  private Series dots(double[][] values, int model) {
    int count = Arrays.stream(values).mapToInt(heads -> heads.length).sum();
    double[] xs = new double[count];
    double[] ys = new double[count];
    int at = 0;
    double share = SPREAD / models.size();
    for (int layer = 0; layer < values.length; layer++) {
      double[] heads = values[layer].clone();
      for (int head = 0; head < heads.length; head++) {
        double within = (head + 0.5) / heads.length * 0.8 + 0.1;
        xs[at] = layer + 1 - SPREAD / 2 + share * (model + within);
        ys[at++] = heads[head];
      }
    }
    return new Series(xs, ys);
  }

  private static Table headTable(String title, Map<String, double[][]> all) {
    Table table =
        new Table(title, List.of("Model and layer", "Mean", "Lowest", "Highest", "Each head"));
    all.forEach(
        (label, values) -> {
          for (int layer = 0; layer < values.length; layer++) {
            var of = Arrays.stream(values[layer]).summaryStatistics();
            table.row(
                List.of(
                    label + ", layer " + (layer + 1),
                    Figures.of(of.getAverage()),
                    Figures.of(of.getMin()),
                    Figures.of(of.getMax()),
                    String.join(
                        "  ", Arrays.stream(values[layer]).mapToObj(Figures::of).toList())));
          }
        });
    return table;
  }

  private static Series byLayer(double[] values) {
    double[] layers = new double[values.length];
    Arrays.setAll(layers, i -> i + 1);
    return new Series(layers, values);
  }

  /** Average attention maps, all in one scale; nothing where no model has them. */
  Html maps() {
    double largest = 0;
    Map<JsonObject, List<double[][]>> all = new LinkedHashMap<>();
    for (JsonObject model : models) {
      List<double[][]> maps = new ArrayList<>();
      measure(model, "attention_maps")
          .ifPresent(
              of -> of.getAsJsonArray("maps").forEach(m -> maps.add(matrix(m.getAsJsonArray()))));
      for (double[][] map : maps) {
        largest = Math.max(largest, largest(map));
      }
      all.put(model, maps);
    }
    if (largest == 0) {
      return Html.NOTHING;
    }
    List<Html> parts = new ArrayList<>();
    parts.add(
        Html.element(
            "p",
            Map.of("class", "note"),
            Html.text(
                "Mean attention weight of each query (rows) to each key (columns), patches row by"
                    + " row; dark is 0, the lightest yellow "
                    + Figures.of(largest)
                    + " in all of them.")));
    for (Map.Entry<JsonObject, List<double[][]>> entry : all.entrySet()) {
      parts.add(mapsOf(label(entry.getKey()), entry.getValue(), largest));
    }
    return Html.all(parts);
  }

  private static Html mapsOf(String label, List<double[][]> maps, double largest) {
    List<Html> figures = new ArrayList<>();
    for (double[][] map : maps) {
      if (map.length == 0) {
        continue;
      }
      String layer = "layer " + (figures.size() + 1);
      String alt =
          "Attention map of %s, %s: %d by %d patches, the largest weight %s"
              .formatted(label, layer, map.length, map[0].length, Figures.of(largest(map)));
      figures.add(
          Html.element(
              "figure",
              HeatMap.image(map, largest, alt),
              Html.element("figcaption", label + ", " + layer)));
    }
    return figures.isEmpty()
        ? Html.NOTHING
        : Html.all(
            Html.element("h3", label),
            Html.element("div", Map.of("class", "pictures single"), Html.all(figures)));
  }

  /** The models, and what was left out and why. */
  Html models() {
    Table table = Table.ofTexts("Models", List.of("Model", "From", "Image size", "Left out"));
    for (JsonObject model : models) {
      table.row(
          List.of(
              label(model),
              Printable.line(model.get("origin").getAsString()),
              model.get("image_size").getAsInt() + " pixels",
              reasons(model)));
    }
    JsonObject data = root.getAsJsonObject("data");
    Html images =
        Html.element(
            "p",
            Map.of("class", "note"),
            Html.text(
                "On %s images of %s, the same for all."
                    .formatted(
                        Figures.whole(data.get("images").getAsLong()),
                        Figures.whole(data.get("of").getAsLong()))));
    return Html.all(images, table.html());
  }

  private static String reasons(JsonObject of) {
    List<String> reasons = new ArrayList<>();
    if (of.has("left_out")) {
      of.getAsJsonObject("left_out")
          .asMap()
          .forEach(
              (measure, why) ->
                  reasons.add(Figures.title(measure) + ": " + Printable.line(why.getAsString())));
    }
    return String.join("; ", reasons);
  }

  private static double largest(double[][] map) {
    return Arrays.stream(map)
        .flatMapToDouble(Arrays::stream)
        .filter(Double::isFinite)
        .max()
        .orElse(0);
  }

  private static double[] numbers(JsonArray array) {
    double[] numbers = new double[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      JsonElement value = array.get(i);
      numbers[i] = value.isJsonNull() ? Double.NaN : value.getAsDouble();
    }
    return numbers;
  }

  /** What a layer has no values for is an empty row. */
  private static double[][] matrix(JsonArray array) {
    double[][] rows = new double[array.size()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = array.get(i).isJsonNull() ? new double[0] : numbers(array.get(i).getAsJsonArray());
    }
    return rows;
  }
}
