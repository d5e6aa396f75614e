package org.fdistill.eval;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The measures of each class, for people and as JSON.
 *
 * @param rows by class
 */
public record ClassTable(List<Row> rows) {
  private static final String NONE = "-";

  /** Takes a copy. */
  public ClassTable {
    rows = List.copyOf(rows);
  }

  /**
   * A class.
   *
   * @param number from 0
   * @param name empty where unknown
   * @param measures of the class
   */
  public record Row(int number, String name, ConfusionMatrix.OfClass measures) {}

  /**
   * The table of a confusion matrix.
   *
   * @param names by class; those that are missing are empty
   */
  public static ClassTable of(ConfusionMatrix matrix, List<String> names) {
    List<Row> rows = new ArrayList<>();
    for (ConfusionMatrix.OfClass measures : matrix.ofClasses()) {
      int number = rows.size();
      rows.add(new Row(number, number < names.size() ? names.get(number) : "", measures));
    }
    return new ClassTable(rows);
  }

  /** Lines of columns, the names of which come first; a dash where a class never occurs. */
  public String text() {
    int width = Math.max(4, rows.stream().mapToInt(row -> row.name().length()).max().orElse(0));
    String format = "%5s  %-" + width + "s  %7s  %8s  %12s\n";
    StringBuilder text = new StringBuilder();
    text.append(String.format(Locale.ROOT, format, "class", "name", "IoU", "accuracy", "pixels"));
    for (Row row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              format,
              row.number(),
              row.name(),
              percent(row.measures().iou()),
              percent(row.measures().accuracy()),
              row.measures().pixels()));
    }
    return text.toString();
  }

  private static String percent(double share) {
    return Double.isNaN(share) ? NONE : String.format(Locale.ROOT, "%.2f", 100 * share);
  }

  /** A list of objects: class, name, iou, accuracy (null where there is none), pixels. */
  public JsonArray json() {
    JsonArray list = new JsonArray();
    for (Row row : rows) {
      JsonObject object = new JsonObject();
      object.addProperty("class", row.number());
      object.addProperty("name", row.name());
      add(object, "iou", row.measures().iou());
      add(object, "accuracy", row.measures().accuracy());
      object.addProperty("pixels", row.measures().pixels());
      list.add(object);
    }
    return list;
  }

  private static void add(JsonObject object, String key, double share) {
    if (Double.isNaN(share)) {
      object.add(key, JsonNull.INSTANCE);
    } else {
      object.addProperty(key, share);
    }
  }
}
