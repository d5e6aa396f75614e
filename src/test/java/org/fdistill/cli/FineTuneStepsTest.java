package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
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
 * Ten steps of fine-tuning (norm of the mean, layer decay, averages of the weights, other pixels in
 * validation) and of a linear probe (LARS, batch norm, averages) beside PyTorch ({@code
 * make_goldens_steps.py}). Both start from an export.
 */
@Tag("slow")
class FineTuneStepsTest {
  private static final List<String> PROBE = List.of("probe/kernel", "probe/bias");

  @TempDir static Path root;

  private static TenSteps steps;
  private static Path network;
  private static final Map<String, Path> TRAINED = new HashMap<>();

  @BeforeAll
  static void prepare() throws IOException {
    steps = new TenSteps(root);
    network = steps.trainNothing("finetune", "network", Map.of());
  }

  /** As {@link TenStepsTest#theRunsDrawWhatTheGoldensWereMadeFrom}, of other goldens. */
  @Test
  void theRunsDrawWhatTheGoldensWereMadeFrom() throws IOException {
    Map<String, NpyArray> draws = new LinkedHashMap<>(TenStepsDraws.of(steps, "finetune"));
    draws.put("probe/order", TenStepsDraws.order(steps, "probe"));
    Path probe = steps.trainNothing("probe", "probe-start", Map.of("optimizer.ema_decay", 0));
    try (BundleReader first = new BundleReader(probe.resolve("checkpoints/step-1/variables"))) {
      for (String name : PROBE) {
        draws.put(
            "probe/" + name, NpyArray.of(first.read(name), first.shapes().get(name).asArray()));
      }
    }
    String file = System.getProperty("golden.draws");
    if (file != null) {
      Npz.write(Path.of(file), draws);
      return;
    }
    Map<String, NpyArray> known = Npz.read(Golden.resource("golden/steps/finetune-draws.npz"));
    assertThat(draws.keySet()).isEqualTo(known.keySet());
    known.forEach(
        (name, values) ->
            assertThat(draws.get(name).floats()).as(name).containsExactly(values.floats()));
  }

  @Test
  void fineTuningTrainsAsPyTorchDoes() throws IOException {
    assertThat(steps.differences("finetune", trained("finetune"))).isEmpty();
  }

  @Test
  void aProbeTrainsAsPyTorchDoes() throws IOException {
    Path run = trained("probe");
    assertThat(steps.differences("probe", run)).isEmpty();
    assertThat(run.resolve("init_from.txt")).content().contains("head (2)");
  }

  @Test
  void theNetworkOfAProbeStaysAsItIs() {
    Map<String, float[]> last = TenSteps.variables(trained("probe"), 10);
    Golden.open("steps/finetune")
        .inputs("parameters")
        .forEach(
            (name, first) -> {
              if (name.startsWith("student/")) {
                assertThat(last.get("10/parameter/" + name)).as(name).isEqualTo(first.values());
              }
            });
  }

  /** Averages and running statistics included. */
  @Test
  void runsThatGoOnFromTheirMiddleEndInTheSameBits() throws IOException {
    for (String task : List.of("finetune", "probe")) {
      TenSteps.killedAfter(5, trained(task), root.resolve(task + "-killed"));
      TenSteps.requireSame(train(task, task + "-killed"), trained(task));
    }
  }

  @Test
  void theLogTellsTheParameterGroups() throws IOException {
    assertThat(Files.readString(trained("finetune").resolve("run.log")))
        .contains("rate scale", "0.0081", "student/blocks/00/.*, rank up to 1");
    assertThat(Files.readString(trained("probe").resolve("run.log")))
        .containsPattern("frozen +5\\d +[0-9,]+ +no +student/\\.\\*");
  }

  private static Path trained(String task) {
    return TRAINED.computeIfAbsent(task, name -> train(name, name));
  }

  private static Path train(String task, String folder) {
    steps.setFirstValues("finetune", network);
    return steps.train(task, folder, Map.of("model.init_from", network.resolve("export")));
  }
}
