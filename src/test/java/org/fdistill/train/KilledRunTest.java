package org.fdistill.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.fdistill.data.Examples;
import org.fdistill.proto.RunConfig;
import org.fdistill.testing.JavaChild;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs in a JVM of their own, which is killed or asked to stop. */
@Tag("slow")
class KilledRunTest {
  private static final int KILL_AFTER = 28;
  private static final int STOP_EXIT = 143;
  private static final String NOISE = "train_data.noise.examples=100";

  @TempDir Path root;

  private static RunConfig config(String... data) {
    List<String> overrides = new ArrayList<>(List.of(data));
    overrides.add("schedule.length.steps=40");
    overrides.add("checkpoint.every_steps=25");
    overrides.add("optimizer.accumulation=2");
    return Runs.config(overrides.toArray(String[]::new));
  }

  /**
   * What the child runs: it trains, and tells each step on standard output.
   *
   * @param arguments the run's folder, then what it changes of the config
   */
  public static void main(String[] arguments) {
    StopRequest stop = new StopRequest();
    stop.onSignals(() -> {}, Runtime.getRuntime()::halt);
    Recording recording =
        new Recording(
            step -> {
              System.out.println("step " + step);
              if (step > KILL_AFTER) {
                pause();
              }
            });
    RunConfig config = config(Arrays.copyOfRange(arguments, 1, arguments.length));
    new Trainer(
            Runs.run(Path.of(arguments[0]), config, Runs.TASK, recording, RunEnd.nothing(), stop))
        .run();
    System.exit(stop.exitCode().orElse(0));
  }

  /** So that the parent is in time. */
  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(500);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Process child(Path folder, String... data) throws IOException {
    List<String> words = new ArrayList<>(List.of(folder.toString()));
    words.addAll(List.of(data));
    return JavaChild.of(KilledRunTest.class, words.toArray(String[]::new))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static void awaitStep(Process child, int step) throws IOException {
    try (var lines = child.inputReader()) {
      String line;
      do {
        line = lines.readLine();
        assertThat(line).as("the child ended early").isNotNull();
      } while (!line.equals("step " + step));
    }
  }

  @Test
  void fortyStepsEqualTwentyFiveAKillAndFifteenMore() throws Exception {
    requireResumed(NOISE);
  }

  /** The run goes on within the third epoch, a block and a buffer. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void soTheyDoWithRecordsInBlocks(boolean compressed) throws Exception {
    Path data = Examples.records(root.resolve("data"), 70, 3);
    for (int i = 0; compressed && i < 3; i++) {
      Path file = data.resolve("train-0000" + i + "-of-00003.tfrecord");
      byte[] plain = Files.readAllBytes(file);
      try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
        out.write(plain);
      }
    }
    requireResumed(
        "train_data.tfrecord.path=" + data + "/train-*",
        "train_data.order=BLOCKS",
        "train_data.blocks.records=4",
        "train_data.blocks.shuffle_buffer=13");
  }

  private void requireResumed(String... data) throws Exception {
    Path straight = root.resolve("straight");
    Runs.train(straight, config(data), Runs.TASK, new Recording());

    Path killed = root.resolve("killed");
    Process child = child(killed, data);
    awaitStep(child, KILL_AFTER);
    child.destroyForcibly();
    assertThat(child.waitFor()).isEqualTo(137);
    Files.createDirectories(killed.resolve("checkpoints/.partial-step-28"));

    Recording resumed = new Recording();
    RunResult result = Runs.train(killed, config(data), Runs.TASK, resumed);
    assertThat(resumed.startStep).isEqualTo(25);
    assertThat(resumed.steps).hasSize(15);
    assertThat(result.step()).isEqualTo(40);
    Map<String, float[]> expected = Runs.variables(straight.resolve("checkpoints/step-40"));
    Map<String, float[]> actual = Runs.variables(killed.resolve("checkpoints/step-40"));
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, values) -> assertThat(actual.get(name)).as(name).isEqualTo(values));
    assertThat(Files.readAllLines(killed.resolve("metrics.jsonl")))
        .hasSameSizeAs(Files.readAllLines(straight.resolve("metrics.jsonl")));
    assertThat(killed.resolve("checkpoints/.partial-step-28")).doesNotExist();
  }

  @Test
  void aStopSignalLeavesACheckpoint() throws Exception {
    Path folder = root.resolve("stopped");
    Process child = child(folder, NOISE);
    awaitStep(child, KILL_AFTER + 1);
    child.destroy();
    assertThat(child.waitFor()).isEqualTo(STOP_EXIT);
    assertThat(Files.readString(folder.resolve("run.log")))
        .containsPattern("Stopped after step \\d+ of 40. Start the same command again");
    Recording resumed = new Recording();
    Runs.train(folder, config(NOISE), Runs.TASK, resumed);
    assertThat(resumed.startStep).isGreaterThan(KILL_AFTER);
  }
}
