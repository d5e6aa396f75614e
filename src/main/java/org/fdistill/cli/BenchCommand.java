package org.fdistill.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.fdistill.bench.BenchReport;
import org.fdistill.bench.Benchmark;
import org.fdistill.bench.RandomTeacher;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.task.Tasks;

/** {@code fdistill bench}: measures the step of a run. */
final class BenchCommand implements Command {
  private static final ArgumentSpec CONFIG = new ArgumentSpec("CONFIG", "The run to measure.");
  private static final OptionSpec STEPS =
      OptionSpec.value("steps", "N", "Steps that count; their median and their best are reported.")
          .orElse("10");
  private static final OptionSpec WARMUP =
      OptionSpec.value("warmup", "N", "Steps before them, at least 1.").orElse("3");
  private static final OptionSpec JSON =
      OptionSpec.value("json", "FILE", "Writes the figures to this file as well.");

  /** As many as the kinds of ops in the table before. */
  private static final int PRODUCTS = 10;

  @Override
  public String name() {
    return "bench";
  }

  @Override
  public String summary() {
    return "measures a run's step: speed, where its time goes, memory";
  }

  @Override
  public String description() {
    return "Runs some steps of a config and measures the steady state: milliseconds a step, images"
        + " a second, the input pipeline alone, the share of teacher, student and update"
        + " beside what their arithmetic predicts (products at the rate of a large one, the"
        + " update's bytes at the memory's bandwidth), memory, and the achieved rate of"
        + " floating point operations as a fraction of a large matrix product's, which is"
        + " run beside each step in the same process, precision and threads. Nothing is"
        + " trained for good. Without a path of the teacher, a teacher of the student's"
        + " architecture with random weights takes its place, or, where the teacher's"
        + " SavedModel is missing, of distill.teacher.architecture: speed does not depend on"
        + " weights.";
  }

  @Override
  public List<ArgumentSpec> arguments() {
    return List.of(CONFIG);
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(STEPS, WARMUP, JSON, OptionSpec.SET);
  }

  @Override
  public List<String> examples() {
    return List.of(
        "bench configs/bench/vit_b16.txtpb",
        "bench configs/bench/vit_b16.txtpb --set runtime.precision=BFLOAT16 --json bench.json");
  }

  @Override
  public void run(ParsedOptions options, Console console) throws IOException {
    Optional<ReportFile> json = options.findPath(JSON).map(ReportFile::new);
    BenchReport report = measure(options, console);
    print(report, console);
    json.ifPresent(file -> file.write(json(report)));
  }

  private static BenchReport measure(ParsedOptions options, Console console) throws IOException {
    RunConfig config = Tasks.load(options.path(CONFIG), options.all(OptionSpec.SET));
    int steps = options.integer(STEPS, 1);
    int warmup = options.integer(WARMUP, 1);
    if (!takesRandomTeacher(config)) {
      return measure(config, warmup, steps, console);
    }
    try (TemporaryFolder folder = new TemporaryFolder("fdistill-bench")) {
      console.note("writing a teacher with random weights ...");
      RunConfig complete = RandomTeacher.withWeights(config, folder.path());
      return measure(complete, warmup, steps, console);
    }
  }

  /** A path where nothing is may be a slip; with an architecture beside it, it is not. */
  private static boolean takesRandomTeacher(RunConfig config) {
    List<TeacherConfig> missing = RandomTeacher.missing(config);
    return !missing.isEmpty()
        && missing.stream().allMatch(t -> t.getPath().isEmpty() || t.hasArchitecture());
  }

  private static BenchReport measure(RunConfig config, int warmup, int steps, Console console) {
    return new Benchmark(
            config, Tasks.of(config), warmup, steps, text -> console.note(text + " ..."))
        .run();
  }

  private static void print(BenchReport report, Console console) {
    console.print(table(report));
    console.print("");
    console.print(parts(report));
    console.print("");
    console.print(operations(report));
    console.print("");
    console.print(products(report));
  }

  private static Table parts(BenchReport report) {
    Table table = new Table("part", "share of time", "predicted");
    report
        .parts()
        .forEach(
            part ->
                table.row(
                    part.part(), decimal("%.3f", part.share()), decimal("%.3f", part.predicted())));
    return table;
  }

  private static Table operations(BenchReport report) {
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

  private static Table products(BenchReport report) {
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

  private static Table table(BenchReport report) {
    Table table = new Table("measure", "value");
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
        "ms of moving the rest's " + decimal("%.2f", limits.bytesBesidesProducts() / 1e9) + " GB",
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

  static String json(BenchReport report) {
    JsonObject json = new JsonObject();
    json.addProperty("milliseconds_per_step", report.millisecondsPerStep());
    json.addProperty("best_milliseconds_per_step", report.bestMillisecondsPerStep());
    json.addProperty("images_per_second", report.imagesPerSecond());
    if (Double.isFinite(report.inputImagesPerSecond())) {
      json.addProperty("input_images_per_second", report.inputImagesPerSecond());
    }
    json.addProperty("gigaflops_per_image", report.gigaflopsPerImage());
    json.addProperty("product_gigaflops_per_second", report.productGigaflops());
    json.addProperty("matmul_fraction", report.matmulFraction());
    json.addProperty("data_wait_share", report.dataWaitShare());
    for (BenchReport.PartShare part : report.parts()) {
      json.addProperty(part.part() + "_share", part.share());
      json.addProperty(part.part() + "_predicted_share", part.predicted());
    }
    report.peakMemoryBytes().ifPresent(bytes -> json.addProperty("peak_memory_bytes", bytes));
    json.add("largest_ops", operationsJson(report));
    json.add("limits", limitsJson(report.limits()));
    json.addProperty("seconds_to_first_step", report.secondsToFirstStep());
    json.addProperty("final_loss", report.finalLoss());
    json.addProperty("steps", report.steps());
    return new GsonBuilder().setPrettyPrinting().create().toJson(json) + "\n";
  }

  private static JsonArray operationsJson(BenchReport report) {
    JsonArray operations = new JsonArray();
    for (BenchReport.OpCost op : report.largestOps()) {
      JsonObject json = new JsonObject();
      json.addProperty("op", op.op());
      json.addProperty("milliseconds", op.milliseconds());
      json.addProperty("count", op.count());
      json.addProperty("bytes", op.bytes());
      json.addProperty("bandwidth_share", op.bandwidth() / report.limits().bandwidth());
      operations.add(json);
    }
    return operations;
  }

  private static JsonObject limitsJson(BenchReport.Limits limits) {
    JsonObject json = new JsonObject();
    json.addProperty("memory_bytes_per_second", limits.bandwidth());
    json.addProperty("product_milliseconds", limits.productMilliseconds());
    json.addProperty("other_bytes", limits.bytesBesidesProducts());
    json.addProperty("other_milliseconds", limits.memoryMilliseconds());
    json.addProperty("best_milliseconds", limits.bestMilliseconds());
    JsonArray products = new JsonArray();
    for (BenchReport.ProductRate product : limits.products()) {
      JsonObject entry = new JsonObject();
      entry.addProperty("op", product.op());
      entry.addProperty("first", product.a());
      entry.addProperty("second", product.b());
      entry.addProperty("count", product.count());
      entry.addProperty("milliseconds", product.milliseconds());
      entry.addProperty("gigaflops_per_second", product.gigaflops());
      products.add(entry);
    }
    json.add("products", products);
    return json;
  }

  private static String decimal(String format, double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
  }
}
