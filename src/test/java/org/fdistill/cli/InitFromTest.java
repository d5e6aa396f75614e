package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.fdistill.checkpoint.BundleReader;
import org.fdistill.config.UserError.Kind;
import org.fdistill.resample.AbsolutePositionTable;
import org.fdistill.resample.Bicubic;
import org.fdistill.resample.RelativePositionTable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that start from a classifier of 4 classes on 4 by 4 patches. */
class InitFromTest {
  private static final String SHARED = "student/rel_pos_bias/table";
  private static final String FIRST_BLOCK = "student/blocks/00/attn/rel_pos_bias/table";
  private static final String POSITIONS = "student/pos_embed";

  /** It moves no float32 weight, so that what was loaded is what is saved. */
  private static final String STILL =
      "--set=schedule={ length { steps: 1 } learning_rate: 1e-30 min_learning_rate: 0 }";

  @TempDir static Path root;

  private static String config;
  private static Path source;
  private static Map<String, float[]> weights;

  @BeforeAll
  static void train() {
    config = TinyConfigs.classify(root);
    source = root.resolve("source");
    run(source, side(32), "--set=model.vit.absolute_position=true");
    weights = weights(source.resolve("export/1/variables/variables"));
  }

  @Test
  void positionTablesFollowTheGridAndTheHeadStays() throws IOException {
    Path larger = root.resolve("larger");
    CommandRun started =
        run(
            larger,
            side(48),
            "--set=model.vit.absolute_position=true",
            "--set=model.init_from=" + source,
            STILL);
    assertThat(started.err())
        .contains(
            "resampled from 4 x 4 to 6 x 6 positions, bicubic: " + POSITIONS,
            "resampled from 4 x 4 to 6 x 6 positions, geometric: " + SHARED,
            "loaded as well: head/bias, head/kernel",
            "Every parameter: " + larger.resolve("init_from.txt"));
    assertThat(Files.readAllLines(larger.resolve("init_from.txt")))
        .anyMatch(line -> line.matches("student/norm/scale +\\[8\\] +loaded"))
        .anyMatch(line -> line.matches(SHARED + " +\\[124, 2\\] +resampled  from 4 x 4 .*"))
        .anyMatch(line -> line.matches("student/norm/scale/adam_m +\\[8\\] +left out +an opt.*"));
    Map<String, float[]> loaded = weights(larger.resolve("checkpoints/step-1/variables"));
    assertThat(weights.get(SHARED)).isNotEqualTo(new float[weights.get(SHARED).length]);
    Map<String, float[]> expected = new TreeMap<>(weights);
    expected.put(
        POSITIONS,
        new AbsolutePositionTable(4, 1, 8).resize(6, Bicubic.PLAIN, weights.get(POSITIONS)));
    expected.put(SHARED, new RelativePositionTable(4, 3, 2).resize(6, weights.get(SHARED)));
    assertSame(loaded, expected);
  }

  @Test
  void aFineTuningStartsFromAnExportAsTheReferencesDoes() {
    Path tuned = root.resolve("tuned");
    CommandRun started =
        run(
            tuned,
            side(48),
            "--set=model.vit.absolute_position=true",
            "--set=model.vit.depth=1",
            "--set=model.vit.relative_position_shared=false",
            "--set=model.vit.relative_position_per_layer=true",
            "--set=model.vit.final_norm=ON_POOLED",
            "--set=classify.classes=3",
            "--set=train_data.noise.classes=3",
            "--set=validation_data.noise.classes=3",
            "--set=model.init_from=" + source.resolve("export"),
            STILL);
    assertThat(started.err())
        .contains(
            "copied from " + SHARED + ", from 4 x 4 to 6 x 6 positions, geometric: " + FIRST_BLOCK,
            "not loaded (a norm on the pooled tokens, the source's is on all): student/fc_norm/",
            "not loaded (the source's head has 4 classes): head/bias, head/kernel",
            "left out: head (2), student/norm (2)");
    Map<String, float[]> loaded = weights(tuned.resolve("checkpoints/step-1/variables"));
    assertThat(loaded.get(FIRST_BLOCK))
        .isEqualTo(new RelativePositionTable(4, 3, 2).resize(6, weights.get(SHARED)));
    float[] ones = new float[8];
    Arrays.fill(ones, 1);
    assertThat(loaded.get("student/fc_norm/scale")).isEqualTo(ones);
    assertThat(loaded).containsKey("head/bias").doesNotContainKeys(SHARED, "student/norm/scale");
  }

  @Tag("slow")
  @Test
  void swinsTablesFollowTheWindow() {
    Path small = root.resolve("swin");
    run(small, List.of(), swin(32, 2));
    Map<String, float[]> before = weights(small.resolve("export/1/variables/variables"));
    Path large = root.resolve("larger-swin");
    List<String> more = new ArrayList<>(List.of(swin(64, 4)));
    more.addAll(List.of("--set=model.init_from=" + small, STILL));
    CommandRun started = run(large, List.of(), more.toArray(String[]::new));
    assertThat(started.err()).contains("resampled from 2 x 2 to 4 x 4 positions, geometric: ");
    Map<String, float[]> after = weights(large.resolve("checkpoints/step-1/variables"));
    for (int stage = 0; stage < 2; stage++) {
      String table = "student/layers/" + stage + "/blocks/00/attn/rel_pos_bias/table";
      RelativePositionTable shape = new RelativePositionTable(2, 0, 2 << stage);
      assertThat(after.get(table)).isEqualTo(shape.resize(4, before.get(table)));
    }
  }

  private static String[] swin(int side, int window) {
    return new String[] {
      "--set=model={ swin { width: 8 depths: [1, 1] heads: [2, 4] }}",
      "--set=model.swin.image_size=" + side,
      "--set=model.swin.window=" + window,
      "--set=train_data.image_size=" + side,
      "--set=validation_data.image_size=" + side
    };
  }

  @Tag("slow")
  @Test
  void aResumedRunLooksForNoWeights() throws IOException {
    Path resumed = root.resolve("resumed");
    String from = "--set=model.init_from=" + source.resolve("export");
    String positions = "--set=model.vit.absolute_position=true";
    run(resumed, side(32), positions, from, STILL);
    Files.delete(resumed.resolve("summary.json"));
    Path moved = root.resolve("moved");
    Files.move(source.resolve("export"), moved);
    try {
      CommandRun again = run(resumed, side(32), positions, from, STILL);
      assertThat(again.err()).contains("Going on from").doesNotContain("Initial weights");
    } finally {
      Files.move(moved, source.resolve("export"));
    }
  }

  @Test
  void whatNoShapeShowsIsComparedToo() {
    CommandRun.fails(
        Kind.INPUT.exitCode(),
        List.of(
            "weights of another network:",
            "! student/rel_pos_bias/table: found [52, 2], expected [52, 4]",
            "! model.vit.heads: 2 -> 4",
            "the sizes of image and window may differ. Theirs is:\n  model {\n    vit {\n",
            "\n      heads: 2\n"),
        words(
            root.resolve("heads"),
            side(32),
            "--set=model.vit.absolute_position=true",
            "--set=model.vit.heads=4",
            "--set=model.init_from=" + source));
    CommandRun started =
        run(
            root.resolve("activation"),
            side(32),
            "--set=model.vit.absolute_position=true",
            "--set=model.vit.activation=QUICK_GELU",
            "--set=model.init_from=" + source,
            STILL);
    assertThat(started.err())
        .contains("computed otherwise: model.vit.activation: GELU -> QUICK_GELU");
  }

  private static List<String> side(int pixels) {
    return List.of(
        "--set=model.vit.image_size=" + pixels,
        "--set=train_data.image_size=" + pixels,
        "--set=validation_data.image_size=" + pixels);
  }

  private static CommandRun run(Path folder, List<String> sizes, String... more) {
    return CommandRun.done(words(folder, sizes, more));
  }

  private static String[] words(Path folder, List<String> sizes, String... more) {
    List<String> words = new ArrayList<>(List.of("train", config, "--workdir", folder.toString()));
    words.addAll(sizes);
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }

  private static void assertSame(Map<String, float[]> actual, Map<String, float[]> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, values) -> assertThat(actual.get(name)).as(name).isEqualTo(values));
  }

  /** All parameters, without slots. */
  private static Map<String, float[]> weights(Path prefix) {
    Map<String, float[]> values = new TreeMap<>();
    try (BundleReader reader = new BundleReader(prefix)) {
      reader.shapes().keySet().stream()
          .filter(name -> !name.contains("/adam_"))
          .forEach(name -> values.put(name, reader.read(name)));
    }
    return values;
  }
}
