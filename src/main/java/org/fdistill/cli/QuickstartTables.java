package org.fdistill.cli;

import com.google.gson.JsonObject;
import java.util.Locale;

/** What the quickstart found out, from its {@code summary.json}. */
final class QuickstartTables {
  private QuickstartTables() {}

  static void print(JsonObject summary, Console console) {
    Table losses = new Table("validation loss", "");
    losses.row("predicting zero", figure(summary, FeatureComparison.PREDICT_ZERO));
    losses.row("distilled student", figure(summary, FeatureComparison.LOSS));
    Table features = new Table("features of", "kNN top-1");
    features.row("teacher", percent(summary, FeatureComparison.TEACHER_TOP1));
    features.row("untrained student", percent(summary, FeatureComparison.UNTRAINED_TOP1));
    features.row("distilled student", percent(summary, FeatureComparison.STUDENT_TOP1));
    console.print("");
    console.print(losses);
    console.print("");
    console.print(features);
    console.print("");
    if (summary.has(DownstreamRuns.STUDENT_IOU)) {
      console.print(downstream(summary));
      console.print("");
    }
  }

  private static Table downstream(JsonObject summary) {
    Table table = new Table("starting from", "fine-tuned top-1", "linear probe top-1", "mean IoU");
    table.row(
        "distilled student",
        percent(summary, DownstreamRuns.STUDENT_FINETUNE),
        percent(summary, DownstreamRuns.STUDENT_PROBE),
        percent(summary, DownstreamRuns.STUDENT_IOU));
    table.row(
        "random weights",
        percent(summary, DownstreamRuns.SCRATCH_FINETUNE),
        "-",
        percent(summary, DownstreamRuns.SCRATCH_IOU));
    table.row("teacher", "-", percent(summary, DownstreamRuns.TEACHER_PROBE), "-");
    return table;
  }

  private static String figure(JsonObject summary, String entry) {
    return String.format(Locale.ROOT, "%.4f", summary.get(entry).getAsDouble());
  }

  private static String percent(JsonObject summary, String entry) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * summary.get(entry).getAsDouble());
  }
}
