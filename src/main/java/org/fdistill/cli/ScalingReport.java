package org.fdistill.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Locale;
import org.fdistill.plan.Scaling;

/** A plan for several workers as a table and as JSON. */
final class ScalingReport {
  private final Scaling scaling;
  private final List<Scaling.Row> rows;
  private final double teacherShare;

  /**
   * Words for a model.
   *
   * @param workers the most
   * @param teacherShare the teacher's share of a step's computation; 0 where there is none
   */
  ScalingReport(Scaling scaling, int workers, double teacherShare) {
    this.scaling = scaling;
    this.rows = scaling.rows(workers);
    this.teacherShare = teacherShare;
  }

  void print(Console console) {
    Table table =
        new Table("workers", "images each", "steps/s", "images/s", "efficiency", "limited by");
    for (Scaling.Row row : rows) {
      table.row(
          String.format(Locale.ROOT, "%,d", row.workers()),
          String.format(Locale.ROOT, "%,d", scaling.batch() / row.workers()),
          String.format(Locale.ROOT, "%,.4g", row.stepsPerSecond()),
          String.format(Locale.ROOT, "%,.5g", row.stepsPerSecond() * scaling.batch()),
          String.format(Locale.ROOT, "%.3f", row.efficiency()),
          row.limit().name().toLowerCase(Locale.ROOT));
    }
    console.print(table);
    console.print(knee());
    if (teacherShare > 1.0 / 2) {
      console.print(
          String.format(
              Locale.ROOT,
              "The teacher's forward pass is %.0f %% of a step's computation.",
              100 * teacherShare));
    }
  }

  private String knee() {
    int knee = Scaling.knee(rows);
    int last = rows.get(rows.size() - 1).workers();
    int pieces = scaling.buckets().size();
    String exchanged =
        String.format(
            Locale.ROOT,
            "A step exchanges %.3g MB of gradients%s. ",
            scaling.gradientBytes() / 1e6,
            pieces == 1 ? "" : " in " + pieces + " pieces");
    String used = "Up to " + knee + " workers are";
    if (knee == last) {
      used = "All " + last + " workers are";
    } else if (knee == 1) {
      used = "No more than 1 worker is";
    }
    return exchanged
        + used
        + String.format(Locale.ROOT, " well used (efficiency of %.1f or more).", Scaling.GOOD);
  }

  void add(JsonObject json) {
    JsonArray array = new JsonArray();
    for (Scaling.Row row : rows) {
      JsonObject entry = new JsonObject();
      entry.addProperty("workers", row.workers());
      entry.addProperty("steps_per_second", row.stepsPerSecond());
      entry.addProperty("images_per_second", row.stepsPerSecond() * scaling.batch());
      entry.addProperty("efficiency", row.efficiency());
      entry.addProperty("limit", row.limit().name());
      array.add(entry);
    }
    json.add("workers", array);
    json.addProperty("well_used_workers", Scaling.knee(rows));
  }
}
