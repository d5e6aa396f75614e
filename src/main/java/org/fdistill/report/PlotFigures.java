package org.fdistill.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Plots as figures of a page, each with a table of values, and their points for the script. */
final class PlotFigures {
  /** Points of a curve in the page; see {@link Series#thinned}. */
  static final int POINTS = 1200;

  private static final int ROWS = 20;

  private final JsonArray points = new JsonArray();

  /** The points of all plots so far, in the order of their numbers. */
  JsonArray points() {
    return points;
  }

  /** The figures of some plots, which move together under the pointer. */
  Html figures(List<Plot> plots, String group) {
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
        Html.element("details", Html.element("summary", "Values as a table"), table(plot).html());
    return Html.element(
        "figure",
        Map.of("class", "plot", "data-plot", number),
        Html.all(caption, frame, thinned(plot), values));
  }

  private static Html thinned(Plot plot) {
    long most = plot.lines().stream().mapToLong(line -> line.series().size()).max().orElse(0);
    return most <= POINTS
        ? Html.NOTHING
        : Html.element(
            "p",
            Map.of("class", "note"),
            Html.text(
                "Drawn from the smallest and the largest of every "
                    + Figures.whole(Math.round(most * 2.0 / POINTS))
                    + " of "
                    + Figures.whole(most)
                    + " values."));
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
                  Figures.of(series.xs()[0]),
                  Figures.of(series.xs()[series.size() - 1]),
                  Figures.of(series.ys()[0]),
                  Figures.of(series.ys()[series.size() - 1]),
                  Figures.of(series.ys()[low]),
                  Figures.of(series.xs()[low]),
                  Figures.of(series.ys()[high]),
                  Figures.of(series.xs()[high])));
    }
    return plot.title() + " by " + plot.xAxis() + ". " + String.join(" ", sentences);
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
    int place = java.util.Arrays.binarySearch(series.xs(), x);
    return place < 0 ? "" : Figures.of(series.ys()[place]);
  }

  private static JsonObject json(Plot plot, String group) {
    JsonArray lines = new JsonArray();
    for (Plot.Line line : plot.lines()) {
      Series series = line.series().thinned(POINTS);
      JsonObject object = new JsonObject();
      object.addProperty("label", line.label());
      object.addProperty("colour", line.colour());
      object.addProperty("dashed", line.dashed());
      object.add("x", numbers(series.xs()));
      object.add("y", numbers(series.ys()));
      lines.add(object);
    }
    JsonObject object = new JsonObject();
    object.addProperty("title", plot.title());
    object.addProperty("x", plot.xAxis());
    object.addProperty("group", group);
    object.add("lines", lines);
    return object;
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
