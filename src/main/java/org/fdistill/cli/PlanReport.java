package org.fdistill.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.fdistill.cache.CacheSize;
import org.fdistill.optim.RuleTable;
import org.fdistill.plan.RunPlan;
import org.fdistill.proto.RunConfig;

/** A plan as tables and as JSON. */
final class PlanReport {
  private static final String UNKNOWN = "-";
  private static final double ROUND_RATE = 1000;

  /** Mean size of a file of ImageNet-1K: its training archive has 148 GB in 1,281,167 images. */
  private static final double IMAGENET_BYTES = 115e3;

  private final RunConfig run;
  private final RunPlan plan;
  private final Optional<PlanCommand.Rate> rate;

  /**
   * Words for a plan.
   *
   * @param rate of the run; empty where nobody said or measured it
   */
  PlanReport(RunConfig run, RunPlan plan, Optional<PlanCommand.Rate> rate) {
    this.run = run;
    this.plan = plan;
    this.rate = rate;
  }

  void print(Console console) {
    console.print(length());
    console.print("");
    console.print(parameters());
    console.print("");
    console.print(plan.rules().text());
    console.print("");
    console.print(work());
    console.print("");
    console.print(memory());
    if (!plan.caches().isEmpty()) {
      console.print("");
      console.print(CacheRun.table(plan.caches()));
      console.print("");
      console.print(caching());
    }
  }

  /** What keeping features costs once and saves in every step. */
  private Table caching() {
    Table table = new Table("with the features on disk", "");
    table.row(
        "images that go through the teacher once",
        String.format(Locale.ROOT, "%,d", plan.cachedImages()));
    double images = rate.map(PlanCommand.Rate::images).orElse(ROUND_RATE);
    table.row(
        "hours of that, at the operations a second of "
            + String.format(Locale.ROOT, "%,.4g", images)
            + " images",
        hours(plan.cachingHours(images)));
    OptionalDouble all = plan.work().total();
    OptionalDouble spared =
        all.isPresent()
            ? OptionalDouble.of(plan.work().teacher().getAsDouble() / all.getAsDouble())
            : OptionalDouble.empty();
    table.row("share of a step's operations that is spared", decimal("%.3f", spared));
    return table;
  }

  private Table length() {
    RunPlan.Length length = plan.length();
    Table table = new Table("run " + run.getName(), "");
    table.row("training examples", count(plan.data().examples()));
    table.row("images of one step", String.format(Locale.ROOT, "%,d", length.batch()));
    table.row("of these at one time", String.format(Locale.ROOT, "%,d", length.microBatch()));
    table.row("steps of one epoch", count(length.stepsPerEpoch()));
    table.row("steps", count(length.totalSteps()));
    table.row("of these warm-up", count(length.warmupSteps()));
    table.row("epochs", decimal("%,.1f", length.epochs()));
    table.row("images", count(length.images()));
    rate.ifPresentOrElse(
        r -> rated(table, r.measured() ? "measured here" : "given", r.images()),
        () -> rated(table, "for example", ROUND_RATE));
    rate.ifPresent(r -> decoding(table, r));
    return table;
  }

  private void rated(Table table, String origin, double images) {
    String at = " at " + String.format(Locale.ROOT, "%,.4g", images) + " images a second";
    table.row("hours" + at + " (" + origin + ")", hours(plan.hours(images)));
    if (plan.data().imageBytes().isPresent() || !plan.data().missing().isEmpty()) {
      double bytes = plan.data().imageBytes().orElse(IMAGENET_BYTES);
      String size = String.format(Locale.ROOT, " (%,.3g kB each", bytes / 1e3);
      String source = plan.data().imageBytes().isPresent() ? ")" : ", as in ImageNet-1K)";
      table.row(
          "MB of image files a second" + at + size + source,
          decimal("%,.1f", bytes * images / 1e6));
    }
    OptionalDouble flops = plan.work().total();
    if (flops.isPresent()) {
      double needed = flops.getAsDouble() * images;
      Unit unit = Unit.of(needed, "FLOP");
      table.row(unit.name() + " a second" + at, figure(needed / unit.size()));
    }
  }

  /** How many of this machine's cores the decoding of images would keep busy. */
  private static void decoding(Table table, PlanCommand.Rate rate) {
    if (rate.decoded().isPresent()) {
      double core = rate.decoded().getAsDouble() / Runtime.getRuntime().availableProcessors();
      table.row("images a second that one core decodes (measured here)", decimal("%,.1f", core));
      table.row("cores that decode for the run's rate", decimal("%,.2f", rate.images() / core));
    }
  }

  private Table parameters() {
    Table table = new Table("parameters", "");
    plan.parameters()
        .forEach((part, number) -> table.row(part, String.format(Locale.ROOT, "%,d", number)));
    table.row("all that is trained", String.format(Locale.ROOT, "%,d", plan.trainable()));
    plan.teacher()
        .ifPresent(
            teacher ->
                table.row(
                    teacher.standIn() ? "teacher (a stand-in), frozen" : "teacher, frozen",
                    String.format(Locale.ROOT, "%,d", teacher.parameters())));
    return table;
  }

  private Table work() {
    RunPlan.Work work = plan.work();
    Unit unit = Unit.of(work.total().orElse(work.forward()), "FLOP");
    Table table = new Table(unit.name() + " an image", "", "share");
    workRow(table, unit, "student, forward", OptionalDouble.of(work.forward()));
    workRow(table, unit, "student, backward", OptionalDouble.of(work.backward()));
    if (plan.teacher().isPresent()) {
      workRow(table, unit, "teacher, forward", work.teacher());
    }
    workRow(table, unit, "all", work.total());
    OptionalDouble all = plan.runFlops();
    Unit large = Unit.of(all.orElse(0), "FLOP");
    table.row("whole run, in " + large.name(), large.figure(all), "");
    return table;
  }

  private void workRow(Table table, Unit unit, String part, OptionalDouble flops) {
    OptionalDouble total = plan.work().total();
    boolean shared = flops.isPresent() && total.isPresent();
    table.row(
        part,
        unit.figure(flops),
        shared ? decimal("%.3f", flops.getAsDouble() / total.getAsDouble()) : UNKNOWN);
  }

  private Table memory() {
    RunPlan.Memory memory = plan.memory();
    Unit unit = Unit.of((double) memory.total(), "B");
    Table table = new Table(unit.name() + " on the device", "");
    table.row("weights", unit.figure(memory.weights()));
    table.row("moments, averages and statistics", unit.figure(memory.moments()));
    if (memory.gradientSums() > 0) {
      table.row("sums of gradients", unit.figure(memory.gradientSums()));
    }
    if (plan.teacher().isPresent()) {
      table.row("teacher's weights", unit.figure(memory.teacher()));
    }
    table.row("batches of images", unit.figure(memory.batches()));
    table.row("tensors of one step, at most", unit.figure(memory.step()));
    table.row("- activations kept for the backward pass", unit.figure(memory.activations()));
    table.row("- gradients", unit.figure(memory.gradients()));
    if (plan.teacher().isPresent()) {
      table.row("- teacher's forward pass, at most", unit.figure(memory.teacherWork()));
    }
    table.row("all", unit.figure(memory.total()));
    return table;
  }

  /**
   * As JSON.
   *
   * @param scaling with several workers; empty where nobody asked
   */
  String json(Optional<ScalingReport> scaling) {
    JsonObject json = new JsonObject();
    json.addProperty("name", run.getName());
    RunPlan.Length length = plan.length();
    json.addProperty("batch_size", length.batch());
    json.addProperty("micro_batch_size", length.microBatch());
    add(json, "examples", plan.data().examples());
    add(json, "steps_per_epoch", length.stepsPerEpoch());
    add(json, "steps", length.totalSteps());
    add(json, "warmup_steps", length.warmupSteps());
    add(json, "images", length.images());
    add(json, "epochs", length.epochs());
    add(json, "image_bytes", plan.data().imageBytes());
    rate.ifPresent(r -> addRate(json, r));
    plan.parameters().forEach((part, number) -> json.addProperty(part + "_parameters", number));
    json.addProperty("trained_parameters", plan.trainable());
    json.add("parameter_rules", rules());
    plan.teacher()
        .ifPresent(
            teacher -> {
              json.addProperty("teacher_parameters", teacher.parameters());
              json.addProperty("teacher_is_stand_in", teacher.standIn());
            });
    addWork(json, plan.work());
    add(json, "run_flops", plan.runFlops());
    if (!plan.caches().isEmpty()) {
      json.addProperty("cached_images", plan.cachedImages());
      json.addProperty("cache_bytes", plan.caches().stream().mapToLong(CacheSize::bytes).sum());
    }
    addMemory(json, plan.memory());
    scaling.ifPresent(workers -> workers.add(json));
    return new GsonBuilder().setPrettyPrinting().create().toJson(json) + "\n";
  }

  private JsonArray rules() {
    JsonArray rules = new JsonArray();
    for (RuleTable.Row row : plan.rules().rows()) {
      JsonObject rule = new JsonObject();
      rule.addProperty("first_match_of", row.rule());
      rule.addProperty("parameters", row.parameters());
      rule.addProperty("numbers", row.numbers());
      rule.addProperty("rate_scale", row.group().rateScale());
      rule.addProperty("decay", row.group().decay());
      rules.add(rule);
    }
    return rules;
  }

  private void addRate(JsonObject json, PlanCommand.Rate r) {
    json.addProperty("images_per_second", r.images());
    json.addProperty("rate_is_measured", r.measured());
    add(json, "input_images_per_second", r.decoded());
    add(json, "hours", plan.hours(r.images()));
  }

  private static void addWork(JsonObject json, RunPlan.Work work) {
    json.addProperty("student_forward_flops", work.forward());
    json.addProperty("student_backward_flops", work.backward());
    add(json, "teacher_forward_flops", work.teacher());
    add(json, "flops_per_image", work.total());
  }

  private static void addMemory(JsonObject json, RunPlan.Memory memory) {
    json.addProperty("weights_bytes", memory.weights());
    json.addProperty("moments_bytes", memory.moments());
    json.addProperty("gradient_sums_bytes", memory.gradientSums());
    json.addProperty("teacher_bytes", memory.teacher());
    json.addProperty("batches_bytes", memory.batches());
    json.addProperty("step_bytes", memory.step());
    json.addProperty("activations_bytes", memory.activations());
    json.addProperty("gradients_bytes", memory.gradients());
    json.addProperty("teacher_work_bytes", memory.teacherWork());
    json.addProperty("memory_bytes", memory.total());
  }

  private static void add(JsonObject json, String name, OptionalLong value) {
    value.ifPresent(number -> json.addProperty(name, number));
  }

  private static void add(JsonObject json, String name, OptionalDouble value) {
    value.ifPresent(number -> json.addProperty(name, number));
  }

  private static String count(OptionalLong value) {
    return value.isPresent() ? String.format(Locale.ROOT, "%,d", value.getAsLong()) : UNKNOWN;
  }

  private static String decimal(String format, OptionalDouble value) {
    return value.isPresent() ? decimal(format, value.getAsDouble()) : UNKNOWN;
  }

  private static String decimal(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private static String figure(double value) {
    return decimal("%,.3f", value);
  }

  /** Quick runs have figures of their own, not a zero. */
  private static String hours(OptionalDouble value) {
    return decimal(value.orElse(0) < 10 ? "%,.3f" : "%,.1f", value);
  }

  /**
   * A multiple of a unit.
   *
   * @param name such as GB
   * @param size such as 1e9
   */
  private record Unit(String name, double size) {
    private static final String PREFIXES = "MGTPE";

    /** The largest of mega, giga, tera, peta and exa that a quantity reaches. */
    static Unit of(double quantity, String base) {
      int i = 0;
      double size = 1e6;
      while (quantity >= 1000 * size && i + 1 < PREFIXES.length()) {
        size *= 1000;
        i++;
      }
      return new Unit(PREFIXES.charAt(i) + base, size);
    }

    String figure(long quantity) {
      return PlanReport.figure(quantity / size);
    }

    String figure(OptionalDouble quantity) {
      return quantity.isPresent() ? PlanReport.figure(quantity.getAsDouble() / size) : UNKNOWN;
    }
  }
}
