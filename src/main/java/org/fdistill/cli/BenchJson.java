package org.fdistill.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Optional;
import org.fdistill.bench.BenchReport;
import org.fdistill.bench.Passes;

/** The file of {@code fdistill bench --json}. */
final class BenchJson {
  private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

  private BenchJson() {}

  /** Its text. */
  static String of(BenchReport report, Optional<WorkersBench> workers) {
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
    json.add("passes", passesJson(report.passes(), report.limits().bandwidth()));
    json.add("limits", limitsJson(report.limits()));
    json.addProperty("seconds_to_first_step", report.secondsToFirstStep());
    json.addProperty("final_loss", report.finalLoss());
    json.addProperty("steps", report.steps());
    workers.ifPresent(w -> json.add("workers", w.json()));
    return GSON.toJson(json) + "\n";
  }

  private static JsonArray operationsJson(BenchReport report) {
    JsonArray operations = new JsonArray();
    for (BenchReport.OpCost op : report.largestOps()) {
      JsonObject json = costJson(op);
      json.addProperty("bandwidth_share", op.bandwidth() / report.limits().bandwidth());
      operations.add(json);
    }
    return operations;
  }

  private static JsonObject costJson(BenchReport.OpCost cost) {
    JsonObject json = new JsonObject();
    json.addProperty("op", cost.op());
    json.addProperty("milliseconds", cost.milliseconds());
    json.addProperty("count", cost.count());
    json.addProperty("bytes", cost.bytes());
    return json;
  }

  private static JsonObject passesJson(Passes passes, double bandwidth) {
    JsonArray large = new JsonArray();
    for (Passes.Pass pass : passes.large()) {
      JsonObject json = passJson(pass);
      json.add("inputs", GSON.toJsonTree(pass.inputs()));
      json.add("outputs", GSON.toJsonTree(pass.outputs()));
      json.addProperty("bandwidth_share", pass.cost().bandwidth() / bandwidth);
      large.add(json);
    }
    JsonArray products = new JsonArray();
    passes.products().forEach(pass -> products.add(passJson(pass)));
    JsonObject json = new JsonObject();
    json.add("large", large);
    json.add("products", products);
    json.add("small", costJson(passes.small()));
    json.add("total", costJson(passes.total()));
    return json;
  }

  private static JsonObject passJson(Passes.Pass pass) {
    JsonObject json = new JsonObject();
    json.addProperty("part", pass.part());
    costJson(pass.cost()).entrySet().forEach(e -> json.add(e.getKey(), e.getValue()));
    return json;
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
}
