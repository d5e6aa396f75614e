package org.fdistill.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.fdistill.proto.RunConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs in a JVM of their own, which is killed or asked to stop. */
@Tag("slow")
class KilledRunTest {
  private static final int KILL_AFTER = 28;
  private static final int STOP_EXIT = 143;

  @TempDir Path root;

  private static RunConfig config() {
    return Runs.config(
        "schedule.length.steps=40",
        "checkpoint.every_steps=25",
        "train_data.noise.examples=100",
        "optimizer.accumulation=2");
  }

  /**
   * What the child runs: it trains, and tells each step on standard output.
   *
   * @param arguments the run's folder
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
    new Trainer(
            Runs.run(Path.of(arguments[0]), config(), Runs.TASK, recording, RunEnd.nothing(), stop))
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

  private Process child(Path folder) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(KilledRunTest.class.getName(), folder.toString()));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
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
    Path straight = root.resolve("straight");
    Runs.train(straight, config(), Runs.TASK, new Recording());

    Path killed = root.resolve("killed");
    Process child = child(killed);
    awaitStep(child, KILL_AFTER);
    child.destroyForcibly();
    assertThat(child.waitFor()).isEqualTo(137);
    Files.createDirectories(killed.resolve("checkpoints/.partial-step-28"));

    Recording resumed = new Recording();
    RunResult result = Runs.train(killed, config(), Runs.TASK, resumed);
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
    Process child = child(folder);
    awaitStep(child, KILL_AFTER + 1);
    child.destroy();
    assertThat(child.waitFor()).isEqualTo(STOP_EXIT);
    assertThat(Files.readString(folder.resolve("run.log")))
        .containsPattern("Stopped after step \\d+ of 40. Start the same command again");
    Recording resumed = new Recording();
    Runs.train(folder, config(), Runs.TASK, resumed);
    assertThat(resumed.startStep).isGreaterThan(KILL_AFTER);
  }
}
