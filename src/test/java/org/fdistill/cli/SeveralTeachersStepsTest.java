package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
 * Ten steps of a student of two teachers beside PyTorch ({@code make_goldens_steps.py}): of two
 * widths, grids and normalisations, one whitened and one standardised by running statistics, with
 * learned weights.
 */
@Tag("slow")
class SeveralTeachersStepsTest {
  private static final String TASK = "teachers";

  /** The first values are read after one step at a rate that moves none by more. */
  private static final float FIRST_STEP = 1e-30f;

  @TempDir static Path root;

  private static TenSteps steps;
  private static Path first;
  private static Map<String, Object> settings;
  private static Path whole;

  @BeforeAll
  static void train() throws IOException {
    steps = new TenSteps(root);
    Path a = steps.teacher();
    Path b = steps.teacher("second-teacher", "second-teacher");
    settings = new LinkedHashMap<>();
    settings.put("distill.teacher[0].path", a.resolve("export"));
    settings.put("distill.teacher[1].path", b.resolve("export"));
    first = steps.trainNothing(TASK, "first", settings);
    if (System.getProperty("golden.draws") == null) {
      steps.setFirstValues("classify", a);
      TenSteps.setValues(Golden.open("steps/" + TASK), "second_teacher", b);
      steps.setFirstValues(TASK, first);
      settings.put("model.init_from", first.resolve("export"));
      whole = steps.train(TASK, "whole", settings);
    }
  }

  /** As {@link TenStepsTest#theRunsDrawWhatTheGoldensWereMadeFrom}, of another golden. */
  @Test
  void theRunDrawsWhatTheGoldenWasMadeFrom() throws IOException {
    Map<String, NpyArray> draws = new LinkedHashMap<>(TenStepsDraws.of(steps, TASK));
    try (BundleReader values = new BundleReader(first.resolve("checkpoints/step-1/variables"))) {
      for (String projector : List.of("projector", "projector_b")) {
        for (String part : List.of("kernel", "bias")) {
          String name = projector + "/" + part;
          draws.put(
              TASK + "/" + name,
              NpyArray.of(values.read(name), values.shapes().get(name).asArray()));
        }
      }
    }
    String file = System.getProperty("golden.draws");
    if (file != null) {
      Npz.write(Path.of(file), draws);
      return;
    }
    Map<String, NpyArray> known = Npz.read(Golden.resource("golden/steps/teachers-draws.npz"));
    assertThat(draws.keySet()).isEqualTo(known.keySet());
    known.forEach(
        (name, values) ->
            assertThat(draws.get(name).floats())
                .as(name)
                .containsExactly(values.floats(), within(FIRST_STEP)));
  }

  @Test
  void aStudentOfTwoTeachersTrainsAsPyTorchDoes() throws IOException {
    assertThat(steps.differences(TASK, whole)).isEmpty();
    assertThat(Golden.open("steps/" + TASK).arrays())
        .containsKeys(
            "1/loss_a",
            "1/loss_b",
            "10/weight_b",
            "10/parameter/weighting/log_variance",
            "10/parameter/targets/b/mean",
            "10/parameter/projector_b/kernel",
            "validation/loss_b");
  }

  /** The later checkpoints and the end are taken away, as if the run had been killed before. */
  @Test
  void aRunThatGoesOnFromItsMiddleEndsInTheSameBits() throws IOException {
    Path killed = TenSteps.killedAfter(5, whole, root.resolve("killed"));
    steps.train(TASK, "killed", settings);
    TenSteps.requireSame(killed, whole);
    assertThat(Files.readAllLines(killed.resolve("metrics.jsonl"))).hasSize(11);
  }
}
