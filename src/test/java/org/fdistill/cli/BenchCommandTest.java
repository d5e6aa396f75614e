package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.fdistill.graph.CpuInfo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class BenchCommandTest {
  @TempDir Path folder;

  @Test
  void figuresSayWhereTheTimeGoesAndWhatTheMachineAllows() throws IOException {
    Path file = folder.resolve("bench.json");
    CommandRun run =
        CommandRun.done(
            "bench",
            "configs/bench/vit_b16.txtpb",
            "--set=model.vit.width=96",
            "--set=model.vit.heads=3",
            "--set=model.vit.depth=2",
            "--set=runtime.precision=BFLOAT16",
            "--steps=2",
            "--warmup=1",
            "--passes",
            "--json=" + file);
    assertThat(run.out())
        .containsPattern("^a step of 8 images in BFLOAT16 on (\\d+ cores?|a GPU) +value\n")
        .containsPattern("(?m)^memory bandwidth, GB a second +[\\d.]*[1-9][\\d.]*$")
        .containsPattern("(?m)^ms a step at best +[\\d.]*[1-9][\\d.]*$")
        .containsPattern("(?m)^student +0\\.\\d+ +0\\.\\d+$")
        .containsPattern("(?m)^op +ms a step +count +GB moved +GB a second +of memory's$")
        .containsPattern("(?m)^product alone +first +second +count +ms a step +GFLOP/s$")
        .containsPattern("(?m)^part +op +count +ms a step +MB moved +of memory's +tensors$")
        .containsPattern("(?m)^student +LayerNorm +[\\d. ]+ f32\\[1576,96] ")
        .containsPattern("(?m)^all +the step +\\d+ +[\\d.]*[1-9][\\d.]* ");
    JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    JsonObject limits = json.getAsJsonObject("limits");
    assertThat(number(limits, "best_milliseconds"))
        .isEqualTo(
            number(limits, "product_milliseconds") + number(limits, "other_milliseconds"),
            within(1e-9));
    assertThat(number(limits, "other_milliseconds"))
        .isEqualTo(
            1e3 * number(limits, "other_bytes") / number(limits, "memory_bytes_per_second"),
            within(1e-9));
    assertOperationsAreRankedWithTheirShares(json, limits);
    assertPartsAreTheWhole(json);
    assertProductsAreThoseOfTheNetwork(limits);
    assertPassesAreTheWhole(json.getAsJsonObject("passes"), limits);
  }

  @Test
  void workersAreMeasuredBesideOneProcess() throws IOException {
    Path file = folder.resolve("bench.json");
    List<String> tiny = List.of("configs/smoke/distill.txtpb", "--set=cluster.bucket_bytes=100000");
    CommandRun run =
        CommandRun.done(
            words("bench", tiny, "--steps=3", "--warmup=1", "--local-workers=2", "--json=" + file));
    assertThat(run.out())
        .containsPattern("(?m)^ms a step +[\\d.]*[1-9][\\d.]*$")
        .containsPattern("(?m)^ms a step by plan's model of the same links +[\\d.]*[1-9][\\d.]*$");
    JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    JsonObject workers = json.getAsJsonObject("workers");
    assertThat(number(workers, "workers")).isEqualTo(2);
    assertThat(number(workers, "step_efficiency"))
        .isEqualTo(
            number(json, "milliseconds_per_step") / number(workers, "milliseconds_per_step"),
            within(1e-9));
    // Of two workers each sends half of all gradients twice.
    double bytes = number(workers, "gradient_bytes");
    assertThat(number(workers, "exchange_efficiency"))
        .isEqualTo(
            bytes
                / number(workers, "loopback_bytes_per_second")
                / (number(workers, "exchange_milliseconds") / 1e3),
            within(1e-9));
    CommandRun.done(words("plan", tiny, "--json=" + file));
    JsonObject plan = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    assertThat(bytes).isEqualTo(Float.BYTES * number(plan, "trained_parameters"));
    // All are below the size of a piece; none is left out, and a piece ends where it is full.
    assertThat(number(workers, "pieces")).isBetween(2.0, Math.ceil(bytes / 100_000));
  }

  private static String[] words(String command, List<String> run, String... options) {
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(run);
    words.addAll(List.of(options));
    return words.toArray(String[]::new);
  }

  private static void assertProductsAreThoseOfTheNetwork(JsonObject limits) {
    double milliseconds = 0;
    List<String> products = new ArrayList<>();
    for (JsonElement element : limits.getAsJsonArray("products")) {
      JsonObject product = element.getAsJsonObject();
      milliseconds += number(product, "milliseconds");
      products.add(
          product.get("first").getAsString()
              + product.get("second").getAsString()
              + product.get("count").getAsInt());
    }
    assertThat(number(limits, "product_milliseconds")).isEqualTo(milliseconds, within(1e-6));
    // The first layer of the MLP of two blocks, for 8 images of 197 tokens: teacher and student
    // forward, then the student's gradients of input and kernel. With AMX the teacher's, which has
    // its activation with it, is another op than the student's.
    boolean apart = CpuInfo.ofThisMachine().flags().contains(CpuInfo.AMX);
    assertThat(products)
        .contains("[1576,384][96,384]T2", "[1576,96]T[1576,384]2")
        .filteredOn(product -> product.startsWith("[1576,96][96,384]"))
        .containsExactlyElementsOf(
            Collections.nCopies(apart ? 2 : 1, "[1576,96][96,384]" + (apart ? 2 : 4)));
  }

  private static void assertPassesAreTheWhole(JsonObject passes, JsonObject limits) {
    JsonObject total = passes.getAsJsonObject("total");
    List<JsonElement> lines = new ArrayList<>(passes.getAsJsonArray("large").asList());
    for (JsonElement line : lines) {
      JsonObject pass = line.getAsJsonObject();
      assertThat(number(pass, "bytes") / number(pass, "count")).isGreaterThan(1e6);
    }
    List<String> ops = lines.stream().map(l -> text(l, "part") + " " + text(l, "op")).toList();
    // The loops of norms and GELU, by their names, in both directions.
    assertThat(ops)
        .contains("student LayerNorm", "student GeluLoop")
        .contains("gradient LayerNormGradient", "gradient GeluLoopGradient");
    lines.add(passes.get("small"));
    // What is beside the products is what the limit of a step holds to be moved.
    assertThat(lines.stream().mapToDouble(l -> number(l.getAsJsonObject(), "bytes")).sum())
        .isEqualTo(number(limits, "other_bytes"));
    lines.addAll(passes.getAsJsonArray("products").asList());
    assertThat(passes.getAsJsonArray("products").asList().stream().map(l -> text(l, "part")))
        .containsExactlyInAnyOrder("teacher", "student", "gradient");
    for (String figure : List.of("milliseconds", "count", "bytes")) {
      double sum = lines.stream().mapToDouble(l -> number(l.getAsJsonObject(), figure)).sum();
      assertThat(number(total, figure)).isEqualTo(sum, within(1e-9 * sum));
    }
  }

  private static String text(JsonElement of, String name) {
    return of.getAsJsonObject().get(name).getAsString();
  }

  private static void assertOperationsAreRankedWithTheirShares(JsonObject json, JsonObject limits) {
    List<Double> times = new ArrayList<>();
    for (JsonElement element : json.getAsJsonArray("largest_ops")) {
      JsonObject op = element.getAsJsonObject();
      times.add(number(op, "milliseconds"));
      double bandwidth = number(op, "bytes") / number(op, "milliseconds") * 1e3;
      assertThat(number(op, "bandwidth_share"))
          .isEqualTo(bandwidth / number(limits, "memory_bytes_per_second"), within(1e-9));
    }
    assertThat(times).hasSize(10).isSortedAccordingTo((a, b) -> Double.compare(b, a));
  }

  private static void assertPartsAreTheWhole(JsonObject json) {
    for (String share : List.of("_share", "_predicted_share")) {
      double sum = 0;
      for (String part : List.of("teacher", "input", "update", "student")) {
        sum += number(json, part + share);
      }
      assertThat(sum).isEqualTo(1, within(1e-9));
    }
    // Multiplications for 197 tokens of width 96: of two blocks, each with two products of all
    // pairs
    // of tokens, of the patches' embedding, whose pixels need no gradient, and of the projector.
    double blocks = 2 * (12 * 96 * 96 + 2 * 197 * 96) * 197;
    double embedding = 196 * 768 * 96;
    double projector = 197 * 96 * 96;
    assertThat(number(json, "student_predicted_share") / number(json, "teacher_predicted_share"))
        .isEqualTo(
            (3 * blocks + 2 * embedding + 3 * projector) / (blocks + embedding), within(1e-9));
  }

  private static double number(JsonObject json, String name) {
    return json.get(name).getAsDouble();
  }
}
