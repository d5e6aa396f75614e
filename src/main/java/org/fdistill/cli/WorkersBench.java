package org.fdistill.cli;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.fdistill.bench.Loopback;
import org.fdistill.bench.WorkersReport;
import org.fdistill.plan.Planner;
import org.fdistill.plan.Scaling;
import org.fdistill.proto.RunConfig;
import org.fdistill.train.SessionSettings;

/**
 * Several workers of one machine beside one process: what the exchange of gradients costs, and what
 * {@code plan} says of the same step.
 *
 * @param report what the workers measured
 * @param threads of each worker
 * @param cores of the machine
 * @param oneProcess milliseconds of a step of one process with all cores
 * @param loopback the machine's own
 * @param predicted milliseconds of the workers' step by {@code plan}'s model, from their step
 *     without exchange and from the link that they measured
 */
record WorkersBench(
    WorkersReport report,
    int threads,
    int cores,
    double oneProcess,
    Loopback loopback,
    double predicted) {
  private static final Gson GSON =
      new GsonBuilder()
          .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
          .setPrettyPrinting()
          .create();

  /**
   * Runs the workers.
   *
   * @param config the run, as their command line gives it to them
   * @param words of their command line, but for the file of their figures
   * @param oneProcess milliseconds of its step in one process
   */
  static WorkersBench measure(
      RunConfig config, int workers, List<String> words, double oneProcess, Console console)
      throws IOException, InterruptedException {
    Loopback loopback = Loopback.measure();
    try (TemporaryFolder folder = new TemporaryFolder("fdistill-bench")) {
      Path file = folder.path().resolve("workers.json");
      List<String> all = new ArrayList<>(words);
      all.addAll(List.of("--json", file.toString()));
      new LocalWorkers(workers, console, /* notesAlone= */ true).run(all);
      WorkersReport report = read(Files.readString(file));
      return new WorkersBench(
          report,
          LocalWorkers.threads(workers),
          Runtime.getRuntime().availableProcessors(),
          oneProcess,
          loopback,
          predicted(config, report));
    }
  }

  private static WorkersReport read(String json) {
    return GSON.fromJson(json, WorkersReport.class);
  }

  private static double predicted(RunConfig config, WorkersReport report) throws IOException {
    try (TemporaryFolder folder = new TemporaryFolder("fdistill-plan")) {
      Scaling scaling =
          Scaling.of(
              new Planner(config, OptionalLong.empty()).plan(folder.path()),
              config.getCluster().getBucketBytes(),
              report.imagesPerSecondAlone(),
              new Scaling.Link(report.bandwidth(), report.latencyMicroseconds() / 1e6),
              SessionSettings.usesGpu(config.getRuntime()),
              OptionalDouble.empty());
      List<Scaling.Row> rows = scaling.rows(report.workers());
      return 1e3 / rows.get(rows.size() - 1).stepsPerSecond();
    }
  }

  /** What the workers alone measured, in their own words. */
  static Table table(WorkersReport report) {
    Table table = new Table("workers", String.valueOf(report.workers()));
    add(table, report);
    return table;
  }

  private static void add(Table table, WorkersReport report) {
    table.row("ms a step", decimal("%.1f", report.millisecondsPerStep()));
    table.row("images a second", decimal("%.2f", report.imagesPerSecond()));
    table.row("ms a step, nothing exchanged", decimal("%.1f", report.aloneMilliseconds()));
    table.row("efficiency of the step beside that", decimal("%.3f", report.stepEfficiency()));
    table.row(
        decimal("ms of the exchange alone, %.1f MB of gradients", report.gradientBytes() / 1e6)
            + (report.pieces() == 1 ? "" : " in " + report.pieces() + " pieces"),
        decimal("%.1f", report.exchangeMilliseconds()));
    table.row(
        "the exchange of one piece, GB a second each way",
        decimal("%.2f", report.bandwidth() / 1e9));
    table.row("a turn of the ring, microseconds", decimal("%.0f", report.latencyMicroseconds()));
  }

  /** All figures. */
  Table table() {
    Table table =
        new Table(
            "workers of "
                + threads
                + (threads == 1 ? " thread each, " : " threads each, ")
                + cores
                + (cores == 1 ? " core" : " cores"),
            String.valueOf(report.workers()));
    add(table, report);
    table.row("ms a step of one process with all cores", decimal("%.1f", oneProcess));
    table.row("efficiency of the step beside that process", decimal("%.3f", stepEfficiency()));
    table.row("loopback, GB a second each way", decimal("%.2f", loopback.bandwidth() / 1e9));
    table.row(
        "loopback, there and back, microseconds",
        decimal("%.0f", loopback.roundTripMicroseconds()));
    table.row("efficiency of the exchange beside loopback", decimal("%.3f", exchangeEfficiency()));
    table.row("ms a step by plan's model of the same links", decimal("%.1f", predicted));
    return table;
  }

  /** One process' step over the workers'. */
  double stepEfficiency() {
    return oneProcess / report.millisecondsPerStep();
  }

  /** Loopback's time for the bytes over the exchange's. */
  double exchangeEfficiency() {
    return report.exchangeEfficiency(loopback.bandwidth());
  }

  /** What the table does not say: how far it goes. */
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (cores < report.workers()) {
      notes.add(
          String.format(
              Locale.ROOT,
              "%d workers share %d cores: their figures say nothing of workers with cores of their"
                  + " own.",
              report.workers(),
              cores));
    }
    notes.add(
        "Workers of one machine share its memory, caches and cores with the exchange; machines of"
            + " their own would not.");
    return notes;
  }

  /** What the workers alone measured. */
  static String json(WorkersReport report) {
    return GSON.toJson(report) + "\n";
  }

  /** All figures. */
  JsonObject json() {
    JsonObject json = GSON.toJsonTree(report).getAsJsonObject();
    json.addProperty("threads_each", threads);
    json.addProperty("cores", cores);
    json.addProperty("step_efficiency", stepEfficiency());
    json.addProperty("loopback_bytes_per_second", loopback.bandwidth());
    json.addProperty("loopback_round_trip_microseconds", loopback.roundTripMicroseconds());
    json.addProperty("exchange_efficiency", exchangeEfficiency());
    json.addProperty("planned_milliseconds_per_step", predicted);
    return json;
  }

  private static String decimal(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
