package org.fdistill.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.fdistill.testing.Signals;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Workers that cannot go on together: who is named, and to whom. */
@Tag("slow")
class NamedWorkersTest {
  @TempDir Path root;

  @Test
  void aWorkerOfAnotherConfigIsNamedByAll() throws Exception {
    List<String> addresses = WorkerProcesses.addresses();
    List<String> endings = new ArrayList<>();
    List<Process> workers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      String folder = root.resolve("mixed").toString();
      workers.add(
          WorkerProcesses.start(
              addresses, i, WorkerProcesses.words("classify", folder, 1, "seed=" + i)));
    }
    for (Process worker : workers) {
      endings.add(new String(worker.getInputStream().readAllBytes(), UTF_8));
      assertThat(worker.waitFor()).isEqualTo(2);
    }
    assertThat(endings)
        .allSatisfy(
            ending ->
                assertThat(ending)
                    .contains(
                        "worker 1 (" + addresses.get(1) + ") has another seed than worker 0"));
  }

  @ParameterizedTest
  @CsvSource({"KILL, its process is gone", "STOP, it has not answered for"})
  void aWorkerThatIsLostIsNamedByTheOthers(String signal, String why) throws Exception {
    List<String> addresses = WorkerProcesses.addresses();
    String folder = root.resolve("lost").toString();
    List<String> words =
        WorkerProcesses.words(
            "classify",
            folder,
            1,
            "schedule.length.steps=1000000",
            "cluster.silence_seconds=6",
            "log.report=true");
    Process chief = WorkerProcesses.start(addresses, 0, words);
    Process other = WorkerProcesses.start(addresses, 1, words);
    awaitCheckpointOrSteps(chief);
    Signals.send(signal, other.pid());
    assertThat(chief.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(chief.exitValue()).isEqualTo(1);
    assertThat(new String(chief.getInputStream().readAllBytes(), UTF_8))
        .contains("worker 1 (" + addresses.get(1) + ") is lost after step")
        .contains(why)
        .contains("Start all workers again")
        .doesNotContain("This is a bug");
    assertThat(root.resolve("lost/run.log")).content().contains(why);
    assertThat(root.resolve("lost/report.html")).content().contains(why);
    other.destroyForcibly();
  }

  @Test
  void aWorkerThatWaitsForAnotherEndsWithTheFirstSignal() throws Exception {
    List<String> addresses = WorkerProcesses.addresses();
    String folder = root.resolve("alone").toString();
    Process alone =
        WorkerProcesses.start(addresses, 0, WorkerProcesses.words("classify", folder, 1));
    String port = addresses.get(0).replaceFirst(".*:", "");
    while (!listens(Integer.parseInt(port))) {
      assertThat(alone.isAlive()).isTrue();
      TimeUnit.MILLISECONDS.sleep(100);
    }
    TimeUnit.SECONDS.sleep(1);
    alone.destroy();
    assertThat(alone.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(alone.exitValue()).isEqualTo(143);
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Until the run is well under way. */
  private void awaitCheckpointOrSteps(Process chief) throws Exception {
    Path metrics = root.resolve("lost/metrics.jsonl");
    while (chief.isAlive() && (Files.notExists(metrics) || Files.size(metrics) == 0)) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    assertThat(chief.isAlive()).isTrue();
  }
}
