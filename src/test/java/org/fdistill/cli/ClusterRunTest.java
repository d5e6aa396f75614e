package org.fdistill.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.fdistill.checkpoint.BundleReader;
import org.fdistill.files.Folders;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several processes that train one network, each a JVM of its own. */
@Tag("slow")
class ClusterRunTest {
  /**
   * Sums of a batch in another order: float32 has 2^-24 an addition, of which a step of these
   * networks has some hundred in a row, and 20 steps add up what they differ by. Weights are
   * compared as one vector. Where a gradient is zero but for rounding, as that of a bias before a
   * batch norm, Adam makes whole steps from it, so that segmenters have an epsilon above it; they
   * are compared over three steps, for their batch norms divide by the spread of a few almost equal
   * numbers, which lets rounding grow.
   */
  private static final double ROUNDING = 1e-6;

  @TempDir Path root;

  @ParameterizedTest
  @CsvSource({
    "classify, 20, 2, optimizer.accumulation=2",
    "classify, 20, 4, optimizer.ema_decay=0.9",
    "distill,  20, 2, model.drop_path=0.3",
    "segment,   3, 2, segment.loss_mean=LABELLED_PIXELS optimizer.adamw.epsilon=1e-4"
  })
  void severalProcessesTrainAsOne(String task, int steps, int workers, String set)
      throws Exception {
    String more = " schedule.warmup.steps=1 schedule.length.steps=" + steps;
    String[] sets = (set + more).split(" ");
    Path one = train(task, "one", 1, sets);
    Path several = train(task, "several", workers, sets);
    assertThat(lossOf(several)).isCloseTo(lossOf(one), within(ROUNDING * lossOf(one)));
    assertThat(distance(weights(one), weights(several))).isBetween(1e-12, ROUNDING);
    Path again = train(task, "again", workers, sets);
    assertThat(weights(again)).usingRecursiveComparison().isEqualTo(weights(several));
  }

  @Test
  void aRunGoesOnWithAnotherNumberOfWorkers() throws Exception {
    Path one = train("classify", "one", 1, "checkpoint.every_steps=10");
    Path several = train("classify", "several", 2, "checkpoint.every_steps=10");
    Folders.delete(several.resolve("checkpoints/step-20"));
    Files.delete(several.resolve("summary.json"));
    train("classify", "several", 4, "checkpoint.every_steps=10");
    assertThat(Files.readString(several.resolve("run.log"))).contains("Going on from");
    assertThat(distance(weights(one), weights(several))).isLessThan(ROUNDING);
  }

  @Test
  void unreadableImagesOfOneWorkerLeaveTheOthersWhereTheyAre() throws Exception {
    Path images = Files.createDirectories(root.resolve("images/a"));
    Path others = Files.createDirectories(root.resolve("images/b"));
    for (int i = 0; i < 32; i++) {
      picture(images.resolve(i + ".png"), i);
      picture(others.resolve(i + ".png"), 100 + i);
    }
    Files.writeString(images.resolve("3.png"), "not an image");
    String[] sets = {
      "train_data.noise=",
      "train_data.image_folder.path=" + root.resolve("images"),
      "classify.classes=2",
      "validation_data=",
      "checkpoint.every_steps=10",
      "train_data.max_bad_share=0.5"
    };
    Path straight = train("classify", "straight", 2, sets);
    Path resumed = train("classify", "resumed", 2, sets);
    Folders.delete(resumed.resolve("checkpoints/step-20"));
    Files.delete(resumed.resolve("summary.json"));
    train("classify", "resumed", 2, sets);
    assertThat(weights(resumed)).usingRecursiveComparison().isEqualTo(weights(straight));
    assertThat(straight.resolve("checkpoints/step-10/worker-positions.json")).exists();
  }

  private static void picture(Path file, int seed) throws IOException {
    BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(seed);
    for (int i = 0; i < 32 * 32; i++) {
      image.setRGB(i % 32, i / 32, random.nextInt(1 << 24));
    }
    ImageIO.write(image, "png", file.toFile());
  }

  @Test
  void aWorkerOfAnotherConfigIsNamedByAll() throws Exception {
    List<String> addresses = addresses();
    List<String> endings = new ArrayList<>();
    List<Process> workers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      String folder = root.resolve("mixed").toString();
      workers.add(
          start(addresses, i, words("classify", folder, 1, "seed=" + i).toArray(String[]::new)));
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
    List<String> addresses = addresses();
    String folder = root.resolve("lost").toString();
    String[] words =
        words("classify", folder, 1, "schedule.length.steps=1000000", "cluster.silence_seconds=6")
            .toArray(String[]::new);
    Process chief = start(addresses, 0, words);
    Process other = start(addresses, 1, words);
    awaitCheckpointOrSteps(chief);
    new ProcessBuilder("kill", "-" + signal, String.valueOf(other.pid())).start().waitFor();
    assertThat(chief.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(chief.exitValue()).isEqualTo(1);
    assertThat(new String(chief.getInputStream().readAllBytes(), UTF_8))
        .contains("worker 1 (" + addresses.get(1) + ") is lost after step")
        .contains(why)
        .contains("Start all workers again")
        .doesNotContain("This is a bug");
    other.destroyForcibly();
  }

  /** Until the run is well under way. */
  private void awaitCheckpointOrSteps(Process chief) throws Exception {
    Path metrics = root.resolve("lost/metrics.jsonl");
    while (chief.isAlive() && (Files.notExists(metrics) || Files.size(metrics) == 0)) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    assertThat(chief.isAlive()).isTrue();
  }

  private Path train(String task, String name, int workers, String... sets) throws Exception {
    Path folder = root.resolve(name);
    List<String> words = words(task, folder.toString(), workers, sets);
    CommandRun run = CommandRun.of(words.toArray(String[]::new));
    assertThat(run.code()).as(run.err()).isZero();
    return folder;
  }

  private static List<String> words(String task, String folder, int workers, String... sets) {
    List<String> words =
        new ArrayList<>(List.of("train", "configs/smoke/" + task + ".txtpb", "--workdir", folder));
    if (workers > 1) {
      words.addAll(List.of("--local-workers", String.valueOf(workers)));
    }
    for (String set :
        List.of(
            "schedule.length.steps=20",
            "log.every_steps=1",
            "log.report=false",
            "export.at_end=false")) {
      words.addAll(List.of("--set", set));
    }
    for (String set : sets) {
      words.addAll(List.of("--set", set));
    }
    return words;
  }

  private static List<String> addresses() throws IOException {
    try (ServerSocket a = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket b = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return List.of("localhost:" + a.getLocalPort(), "localhost:" + b.getLocalPort());
    }
  }

  private static Process start(List<String> addresses, int index, String... words)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-Xss64m", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    String workers = "[\"" + String.join("\", \"", addresses) + "\"]";
    builder
        .environment()
        .put(
            "TF_CONFIG",
            "{\"cluster\": {\"worker\": %s}, \"task\": {\"type\": \"worker\", \"index\": %d}}"
                .formatted(workers, index));
    return builder.start();
  }

  private static double lossOf(Path run) throws IOException {
    List<String> lines =
        Files.readAllLines(run.resolve("metrics.jsonl")).stream()
            .filter(line -> line.contains("\"loss\""))
            .toList();
    String line = lines.get(lines.size() - 1);
    return Double.parseDouble(line.replaceAll(".*\"loss\":([^,}]*).*", "$1"));
  }

  private static Map<String, float[]> weights(Path run) {
    Map<String, float[]> weights = new TreeMap<>();
    Path newest =
        Stream.of("step-20", "step-3")
            .map(name -> run.resolve("checkpoints").resolve(name))
            .filter(Files::exists)
            .findFirst()
            .orElseThrow();
    try (BundleReader reader = new BundleReader(newest.resolve("variables"))) {
      for (String name : reader.shapes().keySet()) {
        if (!name.matches(".*/adam_[mv]")) {
          weights.put(name, reader.read(name));
        }
      }
    }
    return weights;
  }

  /** Of all weights as one vector, relative to its length. */
  private static double distance(Map<String, float[]> expected, Map<String, float[]> actual) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    double squares = 0;
    double length = 0;
    for (Map.Entry<String, float[]> weight : expected.entrySet()) {
      float[] other = actual.get(weight.getKey());
      for (int i = 0; i < other.length; i++) {
        squares += Math.pow((double) other[i] - weight.getValue()[i], 2);
        length += Math.pow(weight.getValue()[i], 2);
      }
    }
    return Math.sqrt(squares / length);
  }
}
