package org.fdistill.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.fdistill.bench.BenchReport;
import org.fdistill.bench.Benchmark;
import org.fdistill.bench.RandomTeacher;
import org.fdistill.config.UserError;
import org.fdistill.plan.Planner;
import org.fdistill.plan.RunPlan;
import org.fdistill.plan.Scaling;
import org.fdistill.plan.TrainingSet;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.RuntimeConfig;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.task.Tasks;
import org.fdistill.train.SessionSettings;

/** {@code fdistill plan}: says what a run will cost. */
final class PlanCommand implements Command {
  private static final ArgumentSpec CONFIG = new ArgumentSpec("CONFIG", "The run to plan.");
  private static final OptionSpec EXAMPLES =
      OptionSpec.value(
          "examples",
          "N",
          "Training examples. Default: as many as the data holds, where it is there.");
  private static final OptionSpec RATE =
      OptionSpec.value("rate", "IMAGES", "Images a second at which to count the run's hours.");
  private static final OptionSpec MEASURE =
      OptionSpec.flag(
          "measure", "Measures the rate: runs some steps on this machine, as bench does.");
  private static final OptionSpec WORKERS =
      OptionSpec.value(
          "workers", "N", "Predicts the rate of up to N workers that share each batch.");
  private static final OptionSpec BANDWIDTH =
      OptionSpec.value("bandwidth", "GBIT", "Of each worker's link, in Gbit/s.").orElse("10");
  private static final OptionSpec LATENCY =
      OptionSpec.value("latency", "US", "From one worker to the next, in microseconds.")
          .orElse("50");
  private static final OptionSpec JSON =
      OptionSpec.value("json", "FILE", "Writes the figures to this file as well.");

  private static final int WARMUP = 2;
  private static final int STEPS = 5;

  @Override
  public String name() {
    return "plan";
  }

  @Override
  public String summary() {
    return "says what a run will cost: steps, hours, memory, operations";
  }

  @Override
  public String description() {
    return "Builds the graph of a run without running it and prints what it will cost: steps,"
        + " epochs and images; hours at a rate; trained parameters; memory of weights,"
        + " optimiser, gradients and activations; floating point operations an image, and"
        + " the teacher's share of them.\n"
        + "Data and teacher may be missing. Without the data, --examples says how many there"
        + " will be (ImageNet-1K has 1281167). In place of a teacher whose SavedModel is"
        + " missing stands the network that distill.teacher.architecture describes, else one"
        + " of the student's architecture. Hours need a rate, from --rate or --measure;"
        + " without either they are given for 1,000 images a second.\n"
        + "With --workers the rate is that of one worker. Predicted is a ring of links, whose"
        + " exchanges run while the backward pass still computes; on CPUs (runtime.device=CPU,"
        + " or measured here without a GPU) they take the threads that compute, and are added."
        + " A worker's rate is taken to stay as its share of the batch shrinks, and accumulation"
        + " to shrink with the share. Links are as TensorFlow gets them: bench --local-workers,"
        + " or bench under TF_CONFIG, measures them.\n"
        + "Operations are multiplications and additions of products and convolutions. Memory"
        + " is that of tensors on the device; a process takes some more for the runtime and"
        + " the working space of kernels.";
  }

  @Override
  public List<ArgumentSpec> arguments() {
    return List.of(CONFIG);
  }

  @Override
  public List<OptionSpec> options() {
    return List.of(EXAMPLES, RATE, MEASURE, WORKERS, BANDWIDTH, LATENCY, JSON, OptionSpec.SET);
  }

  @Override
  public List<String> examples() {
    return List.of(
        "plan configs/distill/clip_b_300ep.txtpb --examples 1281167 --rate 2000",
        "plan configs/distill/clip_l_300ep.txtpb --set optimizer.accumulation=32",
        "plan configs/distill/clip_b_300ep.txtpb --rate 900 --workers 64 --bandwidth 25",
        "plan configs/bench/vit_b16.txtpb --measure");
  }

  @Override
  public void run(ParsedOptions options, Console console) throws IOException {
    if (options.has(RATE) && options.has(MEASURE)) {
      throw UserError.usage("--rate and --measure both say how fast the run is; give one of them.");
    }
    int workers = workers(options);
    Optional<ReportFile> json = options.findPath(JSON).map(ReportFile::new);
    Optional<Double> given = options.find(RATE).map(text -> positive(RATE, options));
    RunConfig config = Tasks.load(options.path(CONFIG), options.all(OptionSpec.SET));
    RunPlan plan = plan(config, options, console);
    Optional<Rate> rate =
        options.has(MEASURE)
            ? Optional.of(measured(config, plan, console))
            : given.map(images -> new Rate(images, false, OptionalDouble.empty()));
    PlanReport report = new PlanReport(config, plan, rate);
    report.print(console);
    Optional<ScalingReport> scaling =
        rate.filter(r -> workers > 0).map(r -> scaling(config, plan, r, workers, options));
    scaling.ifPresent(
        s -> {
          console.print("");
          s.print(console);
        });
    json.ifPresent(file -> file.write(report.json(scaling)));
  }

  /** How many workers are asked for; 0 where none are. */
  private static int workers(ParsedOptions options) {
    if (!options.has(WORKERS)) {
      options.refuse("plan without --workers", List.of(BANDWIDTH, LATENCY));
      return 0;
    }
    long workers = options.integer(WORKERS, 1);
    if (!options.has(RATE) && !options.has(MEASURE)) {
      throw UserError.usage(
          "--workers needs the rate of one worker: give --rate, or --measure it here.");
    }
    if (workers > Scaling.MOST) {
      throw UserError.usage(
          "--workers takes up to %d workers, found %d.".formatted(Scaling.MOST, workers));
    }
    return (int) workers;
  }

  private static ScalingReport scaling(
      RunConfig config, RunPlan plan, Rate rate, int workers, ParsedOptions options) {
    Scaling.Link link =
        new Scaling.Link(
            positive(BANDWIDTH, options) * 1e9 / Byte.SIZE, positive(LATENCY, options) * 1e-6);
    Scaling scaling =
        Scaling.of(
            plan,
            config.getCluster().getBucketBytes(),
            rate.images(),
            link,
            overlaps(config, rate),
            rate.decoded());
    if (scaling.batch() % workers != 0) {
      throw UserError.usage(
          "%d workers cannot share a batch of %d, which is no multiple of their number."
              .formatted(workers, scaling.batch()));
    }
    double teacher =
        plan.work().total().isPresent()
            ? plan.work().teacher().orElse(0) / plan.work().total().getAsDouble()
            : 0;
    return new ScalingReport(scaling, workers, teacher);
  }

  /** Whether the workers are GPUs: they are taken to be, where nothing says otherwise. */
  private static boolean overlaps(RunConfig config, Rate rate) {
    return rate.measured()
        ? SessionSettings.usesGpu(config.getRuntime())
        : config.getRuntime().getDevice() != RuntimeConfig.Device.CPU;
  }

  /**
   * How fast the run is.
   *
   * @param images a second
   * @param measured on this machine
   * @param decoded images a second that the input pipeline gives alone, where that was measured on
   *     the run's own files
   */
  record Rate(double images, boolean measured, OptionalDouble decoded) {}

  private static double positive(OptionSpec option, ParsedOptions options) {
    double value = options.number(option);
    if (value <= 0) {
      throw UserError.usage(
          "--%s takes a number above 0, found %s.".formatted(option.name(), value));
    }
    return value;
  }

  private static RunPlan plan(RunConfig config, ParsedOptions options, Console console)
      throws IOException {
    OptionalLong examples =
        options.has(EXAMPLES)
            ? OptionalLong.of(options.integer(EXAMPLES, 1))
            : OptionalLong.empty();
    Planner planner = new Planner(config, examples);
    tellMissing(config, planner.data(), console);
    console.note("building the graph ...");
    try (TemporaryFolder folder = new TemporaryFolder("fdistill-plan")) {
      return planner.plan(folder.path());
    }
  }

  private static void tellMissing(RunConfig config, TrainingSet data, Console console) {
    if (data.examples().isEmpty()) {
      console.warn(
          data.missing()
              + "\nWithout the data, what depends on its size is not known; give --examples N.");
    }
    RandomTeacher.missing(config).forEach(teacher -> tellMissing(teacher, console));
  }

  private static void tellMissing(TeacherConfig teacher, Console console) {
    String path = teacher.getPath();
    String missing = path.isEmpty() ? "No teacher is set" : "No SavedModel is at " + path;
    if (teacher.hasArchitecture()) {
      console.note(missing + ": planned with distill.teacher.architecture.");
    } else {
      console.warn(
          missing
              + ": planned as if the teacher were of the student's architecture."
              + "\nImport it first, or describe its network in distill.teacher.architecture.");
    }
  }

  /** Runs some steps of one micro-batch, on noise where the data is missing. */
  private static Rate measured(RunConfig config, RunPlan plan, Console console) throws IOException {
    boolean files = plan.data().missing().isEmpty() && !config.getTrainData().hasNoise();
    RunConfig.Builder step = Tasks.withoutCache(config).toBuilder().clearValidationData();
    step.getOptimizerBuilder().setAccumulation(1);
    step.getTrainDataBuilder().setBatchSize(plan.length().microBatch());
    if (!files) {
      step.getTrainDataBuilder()
          .setNoise(
              Tasks.of(config).noiseSource().toBuilder()
                  .setExamples(plan.length().batch())
                  .build());
    }
    try (TemporaryFolder folder = new TemporaryFolder("fdistill-plan")) {
      RunConfig measured = RandomTeacher.withWeights(step.build(), folder.path());
      BenchReport report =
          new Benchmark(
                  measured, Tasks.of(measured), WARMUP, STEPS, text -> console.note(text + " ..."))
              .run();
      double decoded = report.inputImagesPerSecond();
      return new Rate(
          report.imagesPerSecond(),
          true,
          files && Double.isFinite(decoded) ? OptionalDouble.of(decoded) : OptionalDouble.empty());
    }
  }
}
