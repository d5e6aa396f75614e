package org.fdistill.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.fdistill.bench.BenchReport;
import org.fdistill.bench.Passes;
import org.fdistill.proto.RunConfig;
import org.fdistill.train.SessionSettings;

/**
 * What {@code fdistill bench} prints.
 *
 * @param report what was measured
 * @param step of what, and on what
 */
record BenchTables(BenchReport report, String step) {
  /** As many as the kinds of ops in the table before. */
  private static final int PRODUCTS = 10;

  /** Of a run on this machine. */
  static BenchTables of(BenchReport report, RunConfig config) {
    int cores = Runtime.getRuntime().availableProcessors();
    String device =
        SessionSettings.usesGpu(config.getRuntime())
            ? "a GPU"
            : cores + (cores == 1 ? " core" : " cores");
    return new BenchTables(
        report,
        "a step of %d images in %s on %s"
            .formatted(
                config.getTrainData().getBatchSize(), config.getRuntime().getPrecision(), device));
  }

  /** All but {@link #passes}, one below the other. */
  List<Table> all() {
    return List.of(figures(), parts(), operations(), products());
  }

  private Table parts() {
    Table table = new Table("part", "share of time", "predicted");
    report
        .parts()
        .forEach(
            part ->
                table.row(
                    part.part(), decimal("%.3f", part.share()), decimal("%.3f", part.predicted())));
    return table;
  }

  private Table operations() {
    Table table = new Table("op", "ms a step", "count", "GB moved", "GB a second", "of memory's");
    for (BenchReport.OpCost op : report.largestOps()) {
      table.row(
          op.op(),
          decimal("%.1f", op.milliseconds()),
          op.count(),
          decimal("%.3f", op.bytes() / 1e9),
          decimal("%.1f", op.bandwidth() / 1e9),
          decimal("%.2f", op.bandwidth() / report.limits().bandwidth()));
    }
    return table;
  }

  private Table products() {
    Table table = new Table("product alone", "first", "second", "count", "ms a step", "GFLOP/s");
    report.limits().products().stream()
        .limit(PRODUCTS)
        .forEach(
            product ->
                table.row(
                    product.op(),
                    product.a(),
                    product.b(),
                    product.count(),
                    decimal("%.1f", product.milliseconds()),
                    decimal("%.1f", product.gigaflops())));
    return table;
  }

  private Table figures() {
    Table table = new Table(step, "value");
    table.row(
        "ms a step (median of " + report.steps() + ")",
        decimal("%.1f", report.millisecondsPerStep()));
    table.row("ms of the best step", decimal("%.1f", report.bestMillisecondsPerStep()));
    table.row("images a second", decimal("%.2f", report.imagesPerSecond()));
    table.row(
        "input pipeline alone, images a second", decimal("%.1f", report.inputImagesPerSecond()));
    table.row("GFLOP an image", decimal("%.2f", report.gigaflopsPerImage()));
    table.row("large matrix product, GFLOP a second", decimal("%.1f", report.productGigaflops()));
    table.row("achieved fraction of it", decimal("%.3f", report.matmulFraction()));
    BenchReport.Limits limits = report.limits();
    table.row("memory bandwidth, GB a second", decimal("%.1f", limits.bandwidth() / 1e9));
    table.row("ms of a step's products, each alone", decimal("%.1f", limits.productMilliseconds()));
    table.row(
        "ms to move all other " + decimal("%.2f", limits.bytesBesidesProducts() / 1e9) + " GB",
        decimal("%.1f", limits.memoryMilliseconds()));
    table.row("ms a step at best", decimal("%.1f", limits.bestMilliseconds()));
    table.row("share of time waiting for data", decimal("%.3f", report.dataWaitShare()));
    report
        .peakMemoryBytes()
        .ifPresent(bytes -> table.row("peak memory, GB", decimal("%.2f", bytes / 1e9)));
    table.row("seconds to the first step", decimal("%.1f", report.secondsToFirstStep()));
    table.row("loss of the last step", decimal("%.6f", report.finalLoss()));
    return table;
  }

  /** Every op of the traced step, by what it passes over; the lines add up to the last. */
  Table passes() {
    Table table =
        // What may be long comes last: a narrow terminal breaks nothing else.
        new Table("part", "op", "count", "ms a step", "MB moved", "of memory's", "tensors");
    Passes passes = report.passes();
    for (Passes.Pass pass : passes.large()) {
      String tensors = tensors(pass.inputs()) + " -> " + tensors(pass.outputs());
      row(table, pass.part(), tensors, pass.cost(), share(pass.cost()));
    }
    for (Passes.Pass pass : passes.products()) {
      row(table, pass.part(), "", pass.cost(), "-");
    }
    row(table, "all", "of a megabyte at most each", passes.small(), "-");
    row(table, "all", "", passes.total(), "-");
    return table;
  }

  private static void row(
      Table table, String part, String tensors, BenchReport.OpCost cost, String share) {
    table.row(
        part,
        cost.op(),
        cost.count(),
        decimal("%.2f", cost.milliseconds()),
        decimal("%.1f", cost.bytes() / 1e6),
        share,
        tensors);
  }

  private String share(BenchReport.OpCost cost) {
    return decimal("%.2f", cost.bandwidth() / report.limits().bandwidth());
  }

  /** Those that are alike as one, with their number. */
  private static String tensors(List<String> shapes) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    shapes.forEach(shape -> counts.merge(shape, 1, Integer::sum));
    List<String> words = new ArrayList<>();
    counts.forEach((shape, count) -> words.add(count == 1 ? shape : count + " " + shape));
    return String.join(" ", words);
  }

  private static String decimal(String format, double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
  }
}
