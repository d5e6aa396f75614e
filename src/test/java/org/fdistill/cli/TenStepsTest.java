package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.checkpoint.BundleReader;
import org.fdistill.testing.Golden;
import org.fdistill.testing.NpyArray;
import org.fdistill.testing.Npz;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten steps of whole runs beside PyTorch ({@code make_goldens_steps.py}): from image files to the
 * log and the checkpoints.
 */
class TenStepsTest {
  private static final String PROJECTOR = "projector/";

  /** Between bfloat16 here and in PyTorch's autocast, which round at other places. */
  private static final double ROUNDINGS = 2;

  @TempDir static Path root;

  private static TenSteps steps;
  private static Path classifier;
  private static Path student;

  /** Runs that train nothing; what they export is the teacher, and what the others start from. */
  @BeforeAll
  static void prepare() throws IOException {
    steps = new TenSteps(root);
    classifier = steps.teacher();
    student = steps.trainNothing("distill", "student", teacherPath());
  }

  private static Map<String, ?> teacherPath() {
    return Map.of("distill.teacher.path", classifier.resolve("export"));
  }

  /**
   * The goldens hold for these draws only. After a change that means to draw otherwise, write them
   * with {@code -Dgolden.draws=FILE}, and the goldens anew.
   */
  @Test
  void theRunsDrawWhatTheGoldensWereMadeFrom() throws IOException {
    Map<String, NpyArray> draws = new LinkedHashMap<>(TenStepsDraws.of(steps, "classify"));
    draws.putAll(TenStepsDraws.of(steps, "distill"));
    try (BundleReader first = new BundleReader(student.resolve("checkpoints/step-1/variables"))) {
      for (String name : List.of(PROJECTOR + "kernel", PROJECTOR + "bias")) {
        draws.put(
            "distill/" + name, NpyArray.of(first.read(name), first.shapes().get(name).asArray()));
      }
    }
    String file = System.getProperty("golden.draws");
    if (file != null) {
      Npz.write(Path.of(file), draws);
      return;
    }
    Map<String, NpyArray> known = Npz.read(Golden.resource("golden/steps/draws.npz"));
    assertThat(draws.keySet()).isEqualTo(known.keySet());
    known.forEach(
        (name, values) ->
            assertThat(draws.get(name).floats()).as(name).containsExactly(values.floats()));
  }

  @Test
  void distillationTrainsAsPyTorchDoes() throws IOException {
    assertThat(steps.differences("distill", distill("FLOAT32"))).isEmpty();
  }

  @Test
  void classificationTrainsAsPyTorchDoes() throws IOException {
    assertThat(steps.differences("classify", classify("FLOAT32"))).isEmpty();
  }

  @Tag("slow")
  @Test
  void distillationInBfloat16IsOffByItsRounding() throws IOException {
    requireRounding("distill", distill("BFLOAT16"));
  }

  @Tag("slow")
  @Test
  void classificationInBfloat16IsOffByItsRounding() throws IOException {
    requireRounding("classify", classify("BFLOAT16"));
  }

  /** The later checkpoints and the end are taken away, as if the run had been killed before. */
  @Test
  void aRunThatGoesOnFromItsMiddleEndsInTheSameBits() throws IOException {
    Path whole = distill("FLOAT32");
    Path killed = TenSteps.killedAfter(5, whole, root.resolve("killed"));
    train("distill", "FLOAT32", student, teacherPath(), "killed");
    TenSteps.requireSame(killed, whole);
    assertThat(Files.readAllLines(killed.resolve("metrics.jsonl"))).hasSize(11);
  }

  private static Path distill(String precision) {
    steps.setFirstValues("classify", classifier);
    return train("distill", precision, student, teacherPath());
  }

  private static Path classify(String precision) {
    return train("classify", precision, classifier, Map.of());
  }

  /** A run that is trained once, for all who look at it. */
  private static Path train(String task, String precision, Path first, Map<String, ?> more) {
    Path run = root.resolve(task + "-" + precision);
    return Files.exists(run)
        ? run
        : train(task, precision, first, more, run.getFileName().toString());
  }

  private static Path train(
      String task, String precision, Path first, Map<String, ?> more, String folder) {
    steps.setFirstValues(task, first);
    Map<String, Object> settings = new LinkedHashMap<>(more);
    settings.put("model.init_from", first.resolve("export"));
    settings.put("runtime.precision", precision);
    settings.put("export.at_end", precision.equals("FLOAT32"));
    // The distillation has one, so that it is sure to change nothing.
    settings.put("log.report", task.equals("distill") && precision.equals("FLOAT32"));
    return steps.train(task, folder, settings);
  }

  /** As far from float64 as PyTorch's bfloat16 is: not twice as far, and not as near as float32. */
  private static void requireRounding(String task, Path run) throws IOException {
    Golden golden = Golden.open("steps/" + task);
    JsonObject torch = golden.description().getAsJsonObject("bfloat16_error");
    Map<String, Double> logged = TenSteps.logged(run);
    double losses = 0;
    for (int step = 1; step <= 10; step++) {
      double expected = golden.array(step + "/loss").scalar();
      losses = Math.max(losses, Math.abs(logged.get(step + "/loss") - expected) / expected);
    }
    requireNear(losses, torch.get("losses").getAsDouble());
    requireNear(changeError(golden, run), torch.get("parameters").getAsDouble());
  }

  private static void requireNear(double error, double torch) {
    assertThat(error).isBetween(torch / ROUNDINGS, torch * ROUNDINGS);
  }

  /** How far all parameters are off after the last step, over how far they moved. */
  private static double changeError(Golden golden, Path run) {
    double off = 0;
    double moved = 0;
    Map<String, float[]> found = TenSteps.variables(run, 10);
    for (var parameter : golden.inputs("parameters").entrySet()) {
      String key = "10/parameter/" + parameter.getKey();
      double[] expected = golden.array(key).doubles();
      float[] first = parameter.getValue().values();
      float[] actual = found.get(key);
      for (int i = 0; i < expected.length; i++) {
        off += (actual[i] - expected[i]) * (actual[i] - expected[i]);
        moved += (first[i] - expected[i]) * (first[i] - expected[i]);
      }
    }
    return Math.sqrt(off / moved);
  }
}
