package org.fdistill.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.fdistill.bench.BenchReport;
import org.fdistill.bench.Benchmark;
import org.fdistill.bench.RandomTeacher;
import org.fdistill.bench.WorkersBenchmark;
import org.fdistill.bench.WorkersReport;
import org.fdistill.cluster.Workers;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.task.Tasks;
import org.fdistill.train.WorkerShares;

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

  private static final OptionSpec LOCAL_WORKERS =
      OptionSpec.value(
          "local-workers",
          "N",
          "Also measures N processes on this machine that share each batch, as train"
              + " --local-workers starts them, and the exchange of gradients between them.");

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
        + " a second, the input pipeline alone, the share of teacher, student and update in"
        + " the fastest of three further steps whose ops run one after another (on a GPU as ever),"
        + " beside what their arithmetic predicts (products at the rate of a large one, the"
        + " update's bytes at the memory's bandwidth), memory, and the achieved rate of"
        + " floating point operations as a fraction of a large matrix product's, which is"
        + " run beside each step in the same process, precision and threads. Nothing is"
        + " trained for good. Without a path of the teacher, a teacher of the student's"
        + " architecture with random weights takes its place, or, where the teacher's"
        + " SavedModel is missing, of distill.teacher.architecture: speed does not depend on"
        + " weights.\n"
        + "With --local-workers, the same step follows with several processes of fewer threads"
        + " each: with and without the exchange of gradients, the exchange alone beside what"
        + " this machine's loopback gives, and what plan predicts from these figures. Under"
        + " TF_CONFIG, set as for train, each process is one of the workers and only what"
        + " concerns them is measured: so on several machines.";
  }

  @Override
  public List<ArgumentSpec> arguments() {
    return List.of(CONFIG);
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(STEPS, WARMUP, LOCAL_WORKERS, JSON, OptionSpec.SET);
  }

  @Override
  public List<String> examples() {
    return List.of(
        "bench configs/bench/vit_b16.txtpb",
        "bench configs/bench/vit_b16.txtpb --set runtime.precision=BFLOAT16 --json bench.json",
        "bench configs/bench/vit_b16.txtpb --local-workers 2");
  }

  @Override
  public void run(ParsedOptions options, Console console) throws Exception {
    Optional<ReportFile> json = options.findPath(JSON).map(ReportFile::new);
    Measured measured =
        new Measured(
            Tasks.load(options.path(CONFIG), options.all(OptionSpec.SET)),
            options.integer(WARMUP, 1),
            options.integer(STEPS, 1),
            console);
    if (options.has(LOCAL_WORKERS)) {
      ProcessWorkers.requireNone();
    } else if (ProcessWorkers.areMany()) {
      asWorker(measured, json, console);
      return;
    }
    int workers = options.has(LOCAL_WORKERS) ? options.integer(LOCAL_WORKERS, 2) : 1;
    WorkerShares.require(measured.config(), workers);
    BenchReport report = withTeacher(measured, Measured::alone);
    print(report, console);
    Optional<WorkersBench> shared =
        workers > 1
            ? Optional.of(
                WorkersBench.measure(
                    measured.config(),
                    workers,
                    words(options),
                    report.millisecondsPerStep(),
                    console))
            : Optional.empty();
    shared.ifPresent(s -> print(s, console));
    json.ifPresent(file -> file.write(json(report, shared)));
  }

  /**
   * What is measured.
   *
   * @param warmup steps before those that count
   * @param steps that count
   */
  private record Measured(RunConfig config, int warmup, int steps, Console console) {
    Measured with(RunConfig other) {
      return new Measured(other, warmup, steps, console);
    }

    private void note(String text) {
      console.note(text + " ...");
    }

    BenchReport alone() {
      return new Benchmark(config, Tasks.of(config), warmup, steps, this::note).run();
    }

    WorkersReport among(Workers workers) {
      return new WorkersBenchmark(config, Tasks.of(config), workers, warmup, steps, this::note)
          .run();
    }
  }

  /** This process is one of several; the first of them tells what all have measured. */
  private static void asWorker(Measured measured, Optional<ReportFile> json, Console console)
      throws IOException {
    try (Workers workers = ProcessWorkers.of(measured.config(), console::note, console)) {
      WorkersReport report = withTeacher(measured, m -> m.among(workers));
      workers.sum(new double[1]); // From here on each may leave.
      if (workers.isChief()) {
        console.print(WorkersBench.table(report));
        json.ifPresent(file -> file.write(WorkersBench.json(report)));
      }
    }
  }

  private static void print(WorkersBench workers, Console console) {
    console.print("");
    console.print(workers.table());
    workers.notes().forEach(console::note);
  }

  /** The command line of each of several processes. */
  private static List<String> words(ParsedOptions options) {
    List<String> words = new ArrayList<>(List.of("bench", options.path(CONFIG).toString()));
    words.addAll(List.of("--steps", String.valueOf(options.integer(STEPS, 1))));
    words.addAll(List.of("--warmup", String.valueOf(options.integer(WARMUP, 1))));
    options.all(OptionSpec.SET).forEach(set -> words.addAll(List.of("--set", set)));
    return words;
  }

  private static <T> T withTeacher(Measured measured, Function<Measured, T> measure)
      throws IOException {
    if (!takesRandomTeacher(measured.config())) {
      return measure.apply(measured);
    }
    try (TemporaryFolder folder = new TemporaryFolder("fdistill-bench")) {
      measured.console().note("writing a teacher with random weights ...");
      RunConfig complete = RandomTeacher.withWeights(measured.config(), folder.path());
      return measure.apply(measured.with(complete));
    }
  }

  /** A path where nothing is may be a slip; with an architecture beside it, it is not. */
  private static boolean takesRandomTeacher(RunConfig config) {
    List<TeacherConfig> missing = RandomTeacher.missing(config);
    return !missing.isEmpty()
        && missing.stream().allMatch(t -> t.getPath().isEmpty() || t.hasArchitecture());
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

  private static String json(BenchReport report, Optional<WorkersBench> workers) {
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
    workers.ifPresent(w -> json.add("workers", w.json()));
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
