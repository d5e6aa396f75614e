package org.fdistill.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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

  private static final OptionSpec PASSES =
      OptionSpec.flag(
          "passes",
          "Also lists every op that passes over more than a megabyte, by its tensors, and what all"
              + " others add up to: the whole of the traced step. Not under TF_CONFIG.");

  private static final OptionSpec LOCAL_WORKERS =
      OptionSpec.value(
          "local-workers",
          "N",
          "Also measures N processes on this machine that share each batch, as train"
              + " --local-workers starts them, and the exchange of gradients between them.");

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
    return List.of(STEPS, WARMUP, PASSES, LOCAL_WORKERS, JSON, OptionSpec.SET);
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
    int workers = localWorkers(options);
    int warmup = options.integer(WARMUP, 1);
    int steps = options.integer(STEPS, 1);
    Optional<ReportFile> json = options.findPath(JSON).map(ReportFile::new);
    RunConfig config = Tasks.load(options.path(CONFIG), options.all(OptionSpec.SET));
    Benchmark.requireNoAccumulation(config);
    WorkerShares.require(config, workers);
    Measured measured = new Measured(config, warmup, steps, console);
    if (ProcessWorkers.areMany()) {
      asWorker(measured, json, console);
      return;
    }
    GpuNotice.print(console, config);
    BenchReport report = withTeacher(measured, Measured::alone);
    print(BenchTables.of(report, config), options.has(PASSES), console);
    Optional<WorkersBench> shared =
        workers > 1
            ? Optional.of(
                WorkersBench.measure(
                    config, workers, words(options), report.millisecondsPerStep(), console))
            : Optional.empty();
    shared.ifPresent(s -> print(s, console));
    json.ifPresent(file -> file.write(BenchJson.of(report, shared)));
  }

  /** How many this process starts and measures besides itself; 1: none. */
  private static int localWorkers(ParsedOptions options) {
    if (options.has(PASSES)) {
      ProcessWorkers.requireNone(
          "--passes lists the step of a process by itself",
          "Leave out --passes to measure the workers");
    }
    if (!options.has(LOCAL_WORKERS)) {
      return 1;
    }
    ProcessWorkers.requireNoneToStartSome();
    return options.integer(LOCAL_WORKERS, 2);
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

  private static void print(BenchTables tables, boolean passes, Console console) {
    List<Table> all = new ArrayList<>(tables.all());
    if (passes) {
      all.add(tables.passes());
    }
    console.print(all.get(0));
    for (Table table : all.subList(1, all.size())) {
      console.print("");
      console.print(table);
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
}
