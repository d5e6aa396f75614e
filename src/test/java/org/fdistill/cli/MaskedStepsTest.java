package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.checkpoint.BundleReader;
import org.fdistill.data.KeptPatches;
import org.fdistill.data.augment.PatchMask;
import org.fdistill.proto.PatchMaskConfig;
import org.fdistill.testing.Golden;
import org.fdistill.testing.NpyArray;
import org.fdistill.testing.Npz;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ten steps of masked students beside PyTorch ({@code make_goldens_steps.py}): one that is compared
 * where it sees, one whose tokens a decoder completes.
 */
@Tag("slow")
class MaskedStepsTest {
  private static final String PLAIN = "moma";
  private static final String DECODED = "moma-all";

  @TempDir static Path root;

  private static TenSteps steps;
  private static Path teacher;
  private static final Map<String, Path> FIRST = new HashMap<>();

  @BeforeAll
  static void prepare() throws IOException {
    steps = new TenSteps(root);
    teacher = steps.teacher();
    for (String task : List.of(PLAIN, DECODED)) {
      FIRST.put(task, steps.trainNothing(task, task + "-first", teacherPath()));
    }
  }

  private static Map<String, ?> teacherPath() {
    return Map.of("distill.teacher.path", teacher.resolve("export"));
  }

  /** The first values are read after one step at a rate that moves none by more. */
  private static final float FIRST_STEP = 1e-30f;

  /** As {@link TenStepsTest#theRunsDrawWhatTheGoldensWereMadeFrom}, of other goldens. */
  @Test
  void theRunsDrawWhatTheGoldensWereMadeFrom() throws IOException {
    Map<String, NpyArray> draws = new LinkedHashMap<>();
    for (String task : List.of(PLAIN, DECODED)) {
      draws.putAll(TenStepsDraws.of(steps, task));
      draws.put(task + "/kept", kept(task));
      firstValues(task, draws);
    }
    String file = System.getProperty("golden.draws");
    if (file != null) {
      Npz.write(Path.of(file), draws);
      return;
    }
    Map<String, NpyArray> known = Npz.read(Golden.resource("golden/steps/moma-draws.npz"));
    assertThat(draws.keySet()).isEqualTo(known.keySet());
    known.forEach(
        (name, values) ->
            assertThat(draws.get(name).floats())
                .as(name)
                .containsExactly(values.floats(), within(FIRST_STEP)));
  }

  /** The masks at the positions of a run. */
  private static NpyArray kept(String task) {
    PatchMaskConfig.Builder mask =
        PatchMaskConfig.newBuilder()
            .setRatio(steps.setting(task, "distill.mask.ratio").getAsDouble());
    if (task.equals(DECODED)) {
      mask.setKind(
              PatchMaskConfig.Kind.valueOf(steps.setting(task, "distill.mask.kind").getAsString()))
          .setMinBlock(integer(task, "distill.mask.min_block"));
    }
    int grid = integer(task, "model.vit.image_size") / integer(task, "model.vit.patch_size");
    int positions = integer(task, "schedule.length.steps") * integer(task, "train_data.batch_size");
    PatchMask drawn = PatchMask.of(mask.build(), grid);
    int[] kept = KeptPatches.first(drawn, integer(task, "seed"), positions);
    float[] values = new float[kept.length];
    for (int i = 0; i < kept.length; i++) {
      values[i] = kept[i];
    }
    return NpyArray.of(values, positions, drawn.kept());
  }

  private static int integer(String task, String setting) {
    return steps.setting(task, setting).getAsInt();
  }

  /** Of projector and decoder. */
  private static void firstValues(String task, Map<String, NpyArray> draws) {
    Path variables = FIRST.get(task).resolve("checkpoints/step-1/variables");
    try (BundleReader first = new BundleReader(variables)) {
      first.shapes().keySet().stream()
          .filter(name -> name.matches("(projector|decoder)/.*(kernel|bias|scale|offset|token)"))
          .forEach(
              name ->
                  draws.put(
                      task + "/" + name,
                      NpyArray.of(first.read(name), first.shapes().get(name).asArray())));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {PLAIN, DECODED})
  void aMaskedStudentTrainsAsPyTorchDoes(String task) throws IOException {
    assertThat(steps.differences(task, trained(task))).isEmpty();
  }

  /** The later checkpoints and the end are taken away, as if the run had been killed before. */
  @ParameterizedTest
  @ValueSource(strings = {PLAIN, DECODED})
  void aRunThatGoesOnFromItsMiddleEndsInTheSameBits(String task) throws IOException {
    Path whole = trained(task);
    Path killed = TenSteps.killedAfter(5, whole, root.resolve(task + "-killed"));
    train(task, killed.getFileName().toString(), Map.of());
    TenSteps.requireSame(killed, whole);
  }

  /** Ratio 0 with one teacher is Feature Distillation, to the last bit. */
  @Test
  void aMaskThatHidesNothingIsFeatureDistillation() throws IOException {
    Map<String, Object> none = Map.of("distill.student_image", "", "distill.mask", "");
    Path without = train(PLAIN, "without", none);
    Path hidingNothing =
        train(PLAIN, "nothing", Map.of("distill.student_image", "", "distill.mask.ratio", 0));
    TenSteps.requireSame(hidingNothing, without);
  }

  @Test
  void aFrozenPatchEmbeddingKeepsItsFirstValues() throws IOException {
    Path run = train(PLAIN, "frozen", Map.of("distill.freeze_patch_embedding", true));
    Map<String, float[]> first = TenSteps.variables(run, 1);
    Map<String, float[]> last = TenSteps.variables(run, 10);
    for (String part : List.of("student/patch_embed/kernel", "student/patch_embed/bias")) {
      float[] values = Golden.open("steps/" + PLAIN).inputs("parameters").get(part).values();
      assertThat(last.get("10/parameter/" + part)).containsExactly(values);
    }
    String other = "student/blocks/00/attn/qkv/kernel";
    assertThat(last.get("10/parameter/" + other)).isNotEqualTo(first.get("1/parameter/" + other));
  }

  /** A run that is trained once, for all who look at it. */
  private static Path trained(String task) throws IOException {
    Path run = root.resolve(task);
    return Files.exists(run) ? run : train(task, task, Map.of());
  }

  private static Path train(String task, String folder, Map<String, ?> more) throws IOException {
    steps.setFirstValues("classify", teacher);
    steps.setFirstValues(task, FIRST.get(task));
    Map<String, Object> settings = new LinkedHashMap<>(teacherPath());
    settings.put("model.init_from", FIRST.get(task).resolve("export"));
    settings.put("log.report", folder.equals(task));
    settings.putAll(more);
    return steps.train(task, folder, settings);
  }
}
