package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.fdistill.files.Folders;
import org.fdistill.testing.JavaChild;
import org.fdistill.testing.Signals;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of a process that has started workers. */
@Tag("slow")
class LocalWorkersTest {
  private static final long PATIENCE_SECONDS = 60;

  @TempDir Path root;

  private Process launcher;
  private List<ProcessHandle> workers = List.of();

  /** Two workers under way. */
  private void start() throws Exception {
    List<String> words =
        WorkerProcesses.words("classify", run().toString(), 2, "schedule.length.steps=1000000");
    ProcessBuilder builder = JavaChild.of(Main.class, words.toArray(String[]::new));
    builder.redirectErrorStream(true).redirectOutput(root.resolve("said").toFile());
    launcher = builder.start();
    Path metrics = run().resolve("metrics.jsonl");
    while (Files.notExists(metrics) || Files.size(metrics) == 0) {
      assertThat(launcher.isAlive()).as("the workers ended early").isTrue();
      TimeUnit.MILLISECONDS.sleep(50);
    }
    workers = launcher.children().toList();
    assertThat(workers).hasSize(2);
  }

  private Path run() {
    return root.resolve("run");
  }

  @AfterEach
  void endAll() {
    workers.forEach(ProcessHandle::destroyForcibly);
    if (launcher != null) {
      launcher.destroyForcibly();
    }
  }

  /** A terminal sends the signal to the launcher and to the workers as well. */
  @Test
  void oneCtrlCStopsWithACheckpoint() throws Exception {
    Signals.assumeHeard("INT");
    start();
    Signals.send("INT", launcher.pid());
    for (ProcessHandle worker : workers) {
      Signals.send("INT", worker.pid());
    }
    assertThat(launcher.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(launcher.exitValue()).isEqualTo(130);
    requireStopped();
  }

  @Test
  void aSignalToTheLauncherAloneStopsAllWithACheckpoint() throws Exception {
    start();
    Signals.send("TERM", launcher.pid());
    assertThat(launcher.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(launcher.exitValue()).isEqualTo(143);
    requireStopped();
  }

  @Test
  void noWorkerOutlivesItsLauncher() throws Exception {
    start();
    launcher.destroyForcibly().waitFor();
    for (ProcessHandle worker : workers) {
      worker.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
    requireStopped();
  }

  private void requireStopped() throws IOException {
    assertThat(workers).noneMatch(ProcessHandle::isAlive);
    assertThat(Files.readString(run().resolve("run.log")))
        .containsPattern("Stopped after step \\d+ of 1000000. Start the same command again");
    assertThat(Folders.list(run().resolve("checkpoints")))
        .singleElement()
        .satisfies(step -> assertThat(step.getFileName().toString()).matches("step-\\d+"));
  }
}
