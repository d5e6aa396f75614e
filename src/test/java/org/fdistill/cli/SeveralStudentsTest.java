package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.fdistill.checkpoint.BundleReader;
import org.fdistill.config.TextProtos;
import org.fdistill.proto.RunConfig;
import org.fdistill.testing.JavaChild;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of two teachers and three students with everything that such a run keeps. */
@Tag("slow")
class SeveralStudentsTest {
  private static final int STEPS = 40;
  private static final int CHECKPOINT = 25;
  private static final int KILL_AFTER = 28;

  private static final String FIRST =
      "vit { image_size: 48 patch_size: 8 width: 32 depth: 2 heads: 2 } drop_path: 0.2";
  private static final String SMALL =
      "vit { image_size: 48 patch_size: 6 width: 24 depth: 3 heads: 2 } drop_path: 0.3";
  private static final String SWIN =
      "swin_v2 { image_size: 48 width: 16 depths: [1, 1] heads: [2, 2] window: 6 }";

  private static final String CONFIG =
      """
      name: "students"
      seed: 5
      distill {
        teacher { path: "savedmodels/tiny-teacher" name: "a" target_normalization: PHI_S }
        teacher { path: "savedmodels/tiny-teacher" name: "b" target_normalization: STANDARDISE }
        combination: LEARNED
        drop_teacher: 0.3
        statistics_images: 40
        statistics_decay: 0.9
        %s
      }
      model { %s }
      train_data { noise { examples: 64 } batch_size: 8 augment {} }
      validation_data { noise { examples: 8 } batch_size: 8 }
      optimizer { clip_norm: 0.05 accumulation: 2 ema_decay: 0.9 }
      schedule { length { steps: %d } warmup { steps: 5 } learning_rate: 1e-3 scale_by_batch: 0 }
      checkpoint { every_steps: %d keep_last: 4 }
      log { every_steps: 1 validate_every_epochs: 0.25 report: false }
      """;

  @TempDir Path root;

  private static String together(int steps, int checkpoint) {
    String students =
        "student { name: \"small\" model { %s } } student { name: \"swin\" model { %s } }"
            .formatted(SMALL, SWIN);
    return CONFIG.formatted(students, FIRST, steps, checkpoint);
  }

  /** Parameters, optimiser state, averages, statistics, metrics, best checkpoint and export. */
  @Test
  void eachIsTheStudentOfARunOfItsOwn() throws IOException {
    int steps = 8;
    Path all = train("all", together(steps, 2));
    Map<String, float[]> variables = variables(all, steps);
    int counted = 0;
    for (Map.Entry<String, String> student :
        Map.of("", FIRST, "small", SMALL, "swin", SWIN).entrySet()) {
      String name = student.getKey();
      String prefix = name.isEmpty() ? "" : name + "/";
      String alone = CONFIG.formatted("", student.getValue(), steps, 2);
      Path own = train("alone-" + name, alone);
      Map<String, float[]> expected = variables(own, steps);
      assertThat(expected)
          .containsKeys(
              "projector_b/kernel/adam_m",
              "projector_b/kernel/adam_v",
              "projector_b/kernel/current",
              "targets/a/rotation",
              "weighting/log_variance/adam_v");
      expected.forEach(
          (variable, values) ->
              assertThat(variables.get(prefix + variable)).as(prefix + variable).isEqualTo(values));
      counted += expected.size();
      requireSameLog(all, name.isEmpty() ? "student" : name, own);
      requireSameBest(all, name, own);
      requireSameExport(all.resolve("export").resolve(name), own.resolve("export"));
    }
    assertThat(variables).hasSize(counted);
    assertThat(Files.readString(all.resolve("summary.json"))).contains("\"export/small/1\"");
  }

  /** All that a run of its own logs of a student, to the bit, of each step and validation. */
  private static void requireSameLog(Path all, String title, Path own) throws IOException {
    Map<String, Double> together = TenSteps.logged(all);
    Map<String, Double> expected = TenSteps.logged(own);
    expected.keySet().removeIf(key -> key.matches(".*/(step|epoch|learning_rate)"));
    assertThat(expected)
        .containsKeys("1/loss", "8/loss_a", "8/weight_b", "3/gradient_norm", "validation/loss_b");
    expected.forEach(
        (key, value) -> {
          String named = key.replaceFirst("/", "/" + title + "_");
          assertThat(together.get(named)).as(named).isEqualTo(value);
        });
  }

  /** The step of the best checkpoint, and the bytes that its export writes. */
  private void requireSameBest(Path all, String name, Path own) throws IOException {
    Path both = root.resolve("best-" + name);
    String[] chosen = name.isEmpty() ? new String[0] : new String[] {"--student", name};
    List<String> words = new ArrayList<>(List.of("export", all.toString(), "--checkpoint", "best"));
    words.addAll(List.of("--out", both.resolve("all").toString()));
    words.addAll(List.of(chosen));
    CommandRun.done(words.toArray(String[]::new));
    String alone = both.resolve("own").toString();
    CommandRun.done("export", own.toString(), "--checkpoint", "best", "--out", alone);
    requireSameExport(both.resolve("all"), both.resolve("own"));
  }

  /** The same config of the network, and the same bytes of weights. */
  private static void requireSameExport(Path actual, Path expected) throws IOException {
    String weights = "1/variables/variables.data-00000-of-00001";
    assertThat(Files.mismatch(actual.resolve(weights), expected.resolve(weights))).isEqualTo(-1);
    String config = "1/assets.extra/config.txtpb";
    RunConfig none = RunConfig.getDefaultInstance();
    assertThat(TextProtos.read(actual.resolve(config), none))
        .isEqualTo(TextProtos.read(expected.resolve(config), none));
  }

  @Test
  void fortyStepsEqualTwentyFiveAKillAndFifteenMore() throws Exception {
    Path straight = train("straight", together(STEPS, CHECKPOINT));
    Path killed = root.resolve("killed");
    Path config = Files.writeString(root.resolve("killed.txtpb"), together(STEPS, CHECKPOINT));
    Process child = child(config, killed);
    awaitStep(child, killed);
    child.destroyForcibly();
    assertThat(child.waitFor()).isEqualTo(137);
    assertThat(killed.resolve("checkpoints/step-" + STEPS)).doesNotExist();
    CommandRun again = CommandRun.done("train", config.toString(), "--workdir", killed.toString());
    assertThat(again.err()).contains("Going on from").doesNotContain("Taking the statistics");
    Map<String, float[]> expected = variables(straight, STEPS);
    Map<String, float[]> actual = variables(killed, STEPS);
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    assertThat(actual)
        .containsKeys(
            "weighting/log_variance",
            "small/targets/a/rotation",
            "swin/targets/b/variance",
            "small/projector_b/kernel/current");
    expected.forEach((name, values) -> assertThat(actual.get(name)).as(name).isEqualTo(values));
  }

  private Path train(String name, String text) throws IOException {
    Path config = Files.writeString(root.resolve(name + ".txtpb"), text);
    Path run = root.resolve(name);
    CommandRun.done("train", config.toString(), "--workdir", run.toString());
    return run;
  }

  private static Process child(Path config, Path run) throws IOException {
    return JavaChild.silent(Main.class, "train", config.toString(), "--workdir", run.toString())
        .start();
  }

  /** Until the run has gone some steps beyond its checkpoint. */
  private static void awaitStep(Process child, Path run) throws Exception {
    Path metrics = run.resolve("metrics.jsonl");
    String line = "{\"step\":" + KILL_AFTER + ",";
    while (!Files.exists(metrics) || !Files.readString(metrics).contains(line)) {
      assertThat(child.isAlive()).as("the child ended early").isTrue();
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private static Map<String, float[]> variables(Path run, int step) {
    Map<String, float[]> variables = new TreeMap<>();
    Path prefix = run.resolve("checkpoints/step-" + step + "/variables");
    try (BundleReader reader = new BundleReader(prefix)) {
      reader.shapes().keySet().forEach(name -> variables.put(name, reader.read(name)));
    }
    return variables;
  }
}
