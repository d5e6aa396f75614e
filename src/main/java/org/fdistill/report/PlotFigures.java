package org.fdistill.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** Plots as figures of a page, each with a table of values, and their points for the script. */
final class PlotFigures {
  /** Of a curve with more points the page has this many parts; see {@link Series#parts}. */
  static final int PARTS = 600;

  /** What the x axis of values by layer is called; the script knows it. */
  static final String LAYER = "layer";

  private static final int ROWS = 20;

  private final JsonArray points = new JsonArray();

  /** The points of all plots so far, in the order of their numbers. */
  JsonArray points() {
    return points;
  }

  /** The figures of some plots, which move together under the pointer. */
  Html figures(List<Plot> plots, String group) {
    if (plots.isEmpty()) {
      return Html.NOTHING;
    }
    List<Html> figures = new ArrayList<>();
    for (Plot plot : plots) {
      figures.add(figure(plot));
      points.add(json(plot, group));
    }
    return Html.element("div", Map.of("class", "plots"), Html.all(figures));
  }

  private Html figure(Plot plot) {
    String number = Integer.toString(points.size());
    Html caption = Html.element("figcaption", Html.element("h3", plot.title()));
    Html frame =
        Html.element("div", Map.of("class", "frame", "role", "img", "aria-label", spoken(plot)));
    Html values =
        Html.element(
            "details",
            Html.element("summary", "Values as a table"),
            (plot.table() == null ? table(plot) : plot.table()).html());
    return Html.element(
        "figure",
        Map.of("class", "plot", "data-plot", number),
        Html.all(caption, frame, thinned(plot), values));
  }

  private static Html thinned(Plot plot) {
    long most = plot.lines().stream().mapToLong(line -> line.series().size()).max().orElse(0);
    return most <= PARTS
        ? Html.NOTHING
        : Html.element(
            "p",
            Map.of("class", "note"),
            Html.text(
                "Of %s values the line is the mean of each %s, and the band their smallest and largest."
                    .formatted(
                        Figures.whole(most), Figures.whole(Math.round((double) most / PARTS)))));
  }

  /** What the plot shows, for those who hear it. */
  private static String spoken(Plot plot) {
    List<String> sentences = new ArrayList<>();
    for (Plot.Line line : plot.lines()) {
      Series series = line.series();
      int low = series.lowest();
      int high = series.highest();
      sentences.add(
          "%s: %s values from %s %s to %s, the first %s, the last %s, the lowest %s at %s, the highest %s at %s."
              .formatted(
                  line.label(),
                  Figures.whole(series.size()),
                  plot.xAxis(),
                  place(plot, series, 0),
                  place(plot, series, series.size() - 1),
                  Figures.of(series.ys()[0]),
                  Figures.of(series.ys()[series.size() - 1]),
                  Figures.of(series.ys()[low]),
                  place(plot, series, low),
                  Figures.of(series.ys()[high]),
                  place(plot, series, high)));
    }
    return plot.title() + " by " + plot.xAxis() + ". " + String.join(" ", sentences);
  }

  /** Points that stand beside each other belong to the layer between them. */
  private static String place(Plot plot, Series series, int i) {
    double x = series.xs()[i];
    return Figures.of(plot.xAxis().equals(LAYER) ? (double) Math.round(x) : x);
  }

  private static Table table(Plot plot) {
    TreeSet<Double> xs = new TreeSet<>();
    for (Plot.Line line : plot.lines()) {
      for (double x : line.series().sampled(ROWS).xs()) {
        xs.add(x);
      }
    }
    List<String> header = new ArrayList<>(List.of(plot.xAxis()));
    plot.lines().forEach(line -> header.add(line.label()));
    Table table = new Table(plot.title() + ": some of the values", header);
    for (double x : xs) {
      List<String> row = new ArrayList<>(List.of(Figures.of(x)));
      plot.lines().forEach(line -> row.add(valueAt(line.series(), x)));
      table.row(row);
    }
    return table;
  }

  private static String valueAt(Series series, double x) {
    int place = Arrays.binarySearch(series.xs(), x);
    return place < 0 ? "" : Figures.of(series.ys()[place]);
  }

  private static JsonObject json(Plot plot, String group) {
    JsonArray lines = new JsonArray();
    for (Plot.Line line : plot.lines()) {
      JsonObject object = new JsonObject();
      object.addProperty("label", line.label());
      object.addProperty("colour", line.colour());
      object.addProperty("look", line.look().name().toLowerCase(Locale.ROOT));
      addPoints(object, line.series());
      lines.add(object);
    }
    JsonObject object = new JsonObject();
    object.addProperty("title", plot.title());
    object.addProperty("x", plot.xAxis());
    object.addProperty("group", group);
    object.add("lines", lines);
    return object;
  }

  private static void addPoints(JsonObject line, Series series) {
    if (series.size() <= PARTS) {
      line.add("x", numbers(series.xs()));
      line.add("y", numbers(series.ys()));
      return;
    }
    Series.Parts parts = series.parts(PARTS);
    line.add("x", numbers(parts.xs()));
    line.add("y", numbers(parts.means()));
    line.add("low", numbers(parts.lowest()));
    line.add("high", numbers(parts.highest()));
  }

  /** In single precision, which is more than a plot shows; steps are whole and stay exact. */
  private static JsonArray numbers(double[] values) {
    JsonArray array = new JsonArray(values.length);
    for (double value : values) {
      if (!Double.isFinite(value)) {
        array.add(JsonNull.INSTANCE);
      } else if (value == Math.rint(value) && Math.abs(value) < 1e15) {
        array.add(new JsonPrimitive((long) value));
      } else {
        array.add(new JsonPrimitive((float) value));
      }
    }
    return array;
  }
}
