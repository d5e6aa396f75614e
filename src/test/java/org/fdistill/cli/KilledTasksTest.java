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
import org.fdistill.testing.JavaChild;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run that is killed without a warning, as by {@code kill -9}, ends in the bits of a whole one.
 */
@Tag("slow")
class KilledTasksTest {
  private static final int STEPS = 60;
  private static final int CHECKPOINT = 10;
  private static final int KILLED = 137;
  private static final long PATIENCE_SECONDS = 120;

  @TempDir Path root;

  @Test
  void fineTuningWithAverages() throws Exception {
    Map<String, float[]> end =
        killedLikeWhole("finetune", "optimizer.ema_decay=0.9", "model.drop_path=0.2");
    assertThat(end.get("head/kernel")).isNotEqualTo(end.get("head/kernel/current"));
  }

  @Test
  void segmentationWithRunningStatistics() throws Exception {
    Map<String, float[]> end =
        killedLikeWhole("segment", "segment.dropout=0.1", "model.drop_path=0.2");
    assertThat(end.get("head/uper/fusion/norm/variance")).doesNotContain(1);
  }

  /** The variables at the end, which are the same with and without the kill. */
  private Map<String, float[]> killedLikeWhole(String task, String... settings) throws Exception {
    Path whole = root.resolve("whole");
    Path killed = root.resolve("killed");
    CommandRun.done(words(task, whole, settings));
    kill(words(task, killed, settings), killed);
    assertThat(killed.resolve("checkpoints/step-" + STEPS)).doesNotExist();
    CommandRun resumed = CommandRun.done(words(task, killed, settings));
    assertThat(resumed.err()).containsPattern("step-?\\s?" + CHECKPOINT);
    Map<String, float[]> expected = variables(whole);
    Map<String, float[]> actual = variables(killed);
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, values) -> assertThat(actual.get(name)).as(name).isEqualTo(values));
    return expected;
  }

  private static String[] words(String task, Path folder, String... settings) {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("train", "configs/smoke/" + task + ".txtpb", "--workdir=" + folder));
    words.add("--set=schedule.length.steps=" + STEPS);
    words.add("--set=checkpoint.every_steps=" + CHECKPOINT);
    words.add("--set=checkpoint.keep_last=1");
    words.add("--set=export.at_end=false");
    words.add("--set=log.report=false");
    words.add("--set=validation_data=");
    words.add("--set=runtime.intra_op_threads=2");
    List.of(settings).forEach(setting -> words.add("--set=" + setting));
    return words.toArray(String[]::new);
  }

  /** Runs a command in a JVM of its own until its first checkpoint is there. */
  private static void kill(String[] words, Path folder) throws IOException, InterruptedException {
    Process child = JavaChild.silent(Main.class, words).start();
    Path first = folder.resolve("checkpoints/step-" + CHECKPOINT);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!Files.exists(first)) {
      assertThat(child.isAlive()).as("the child ended early").isTrue();
      assertThat(System.nanoTime()).as("no checkpoint").isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(5);
    }
    child.destroyForcibly();
    assertThat(child.waitFor()).isEqualTo(KILLED);
  }

  private static Map<String, float[]> variables(Path folder) {
    Map<String, float[]> values = new TreeMap<>();
    Path bundle = folder.resolve("checkpoints/step-" + STEPS + "/variables");
    try (BundleReader reader = new BundleReader(bundle)) {
      reader.shapes().keySet().forEach(variable -> values.put(variable, reader.read(variable)));
    }
    return values;
  }
}
