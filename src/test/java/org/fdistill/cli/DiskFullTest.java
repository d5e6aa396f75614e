package org.fdistill.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.data.Examples;
import org.fdistill.testing.JavaChild;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that is really full: a JVM of its own sees a file system in memory, in a name space of its
 * own, and changes its size. Skipped where that cannot be mounted, by root or in a user's name
 * space.
 */
@Tag("slow")
class DiskFullTest {
  private static final String READY = "mounted";
  private static final long PAGE = 4096;
  private static final long ROOMY = 1 << 26;

  private static final String CONFIG =
      """
      name: "full"
      distill {
        teacher { path: "savedmodels/tiny-teacher" }
        cache { path: "%1$s/cache" views: 3 precision: FLOAT32 shard_megabytes: 1 }
      }
      model { vit { image_size: 48 patch_size: 8 width: 64 depth: 2 heads: 2 } }
      train_data { image_folder { path: "%2$s" } image_size: 48 batch_size: 4 augment {} }
      schedule { length { steps: 4 } learning_rate: 1e-3 scale_by_batch: 0 }
      checkpoint { every_steps: 1 keep_last: 9 }
      log { every_steps: 1 report: false }
      """;

  @TempDir Path root;

  @Test
  void aCacheGoesOnAfterRoomWasMade() throws Exception {
    inSmallFileSystem("cache");
  }

  @Test
  void aRunKeepsItsCheckpointsAndGoesOnAfterRoomWasMade() throws Exception {
    inSmallFileSystem("train");
  }

  private void inSmallFileSystem(String what) throws Exception {
    Path disk = Files.createDirectory(root.resolve("disk"));
    boolean mayMount = System.getProperty("user.name").equals("root");
    String shell =
        "mount -t tmpfs -o size=16k tmpfs '" + disk + "' && echo " + READY + " && exec \"$@\"";
    List<String> command = new ArrayList<>();
    command.addAll(List.of("unshare", mayMount ? "-m" : "-rm", "sh", "-c", shell, "sh"));
    command.addAll(JavaChild.command(DiskFullTest.class, what, root.toString()));
    Process child = start(command);
    String told = new String(child.getInputStream().readAllBytes(), UTF_8);
    Assumptions.assumeTrue(told.contains(READY), () -> "nothing can be mounted here: " + told);
    assertThat(child.waitFor()).as(told).isZero();
  }

  private static Process start(List<String> command) {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      return Assumptions.abort("no name spaces on this machine: " + e.getMessage());
    }
  }

  /**
   * What the child does.
   *
   * @param arguments cache or train, and the folder whose {@code disk} is small
   */
  public static void main(String[] arguments) throws Exception {
    Path root = Path.of(arguments[1]);
    Child child = new Child(root, root.resolve("disk"));
    Examples.flatFolder(root.resolve("images"), 64);
    if (arguments[0].equals("cache")) {
      child.cache();
    } else {
      child.train();
    }
    System.exit(0);
  }

  private record Child(Path root, Path disk) {
    /** Too small by far, then by an index, then large. */
    void cache() throws Exception {
      String straight = config("straight.txtpb", root);
      CommandRun.done("cache", straight);
      String full = config("full.txtpb", disk);
      resize(disk, 1 << 18);
      fails(
          List.of("GB of features are missing", "GB are free", "Make room", "INT8"), "cache", full);
      Path features = features(disk);
      // As much as the features take, but not their index.
      long pages = (bytes(features(root), "features-") + PAGE - 1) / PAGE;
      resize(disk, used(disk) + pages * PAGE);
      fails(
          List.of(
              features + ": the cache cannot be written: ",
              "No space left on device",
              "GB of features are missing",
              "Make room.",
              "the same command goes on from there"),
          "cache",
          full);
      assertThat(names(features)).noneMatch(name -> name.endsWith(".partial"));
      assertThat(names(features)).filteredOn(name -> name.startsWith("features-")).isNotEmpty();
      resize(disk, ROOMY);
      CommandRun.done("cache", full);
      assertThat(names(features)).isEqualTo(names(features(root)));
      for (String name : names(features)) {
        assertThat(Files.mismatch(features.resolve(name), features(root).resolve(name)))
            .as(name)
            .isEqualTo(-1);
      }
    }

    private static Path features(Path parent) {
      return parent.resolve("cache/tiny-teacher/train");
    }

    private String config(String name, Path caches) {
      String text = CONFIG.formatted(caches, root.resolve("images"));
      return TinyConfigs.write(root.resolve(name), text);
    }

    /** Room for two checkpoints and a half, then for all; then the same with an export. */
    void train() throws Exception {
      String config = config("run.txtpb", root);
      Path straight = root.resolve("straight");
      CommandRun.done("train", config, "--workdir", straight.toString());
      Path run = disk.resolve("run");
      String[] command = {"train", config, "--workdir", run.toString()};
      fails(List.of("No space left on device", "Make room"), command);
      long checkpoint = bytes(straight.resolve("checkpoints/step-1"), "");
      resize(disk, 5 * checkpoint / 2 + (1 << 18));
      fails(
          List.of(
              "checkpoints/step-3: the checkpoint could not be written: ",
              "No space left on device",
              "Make room.",
              "it goes on from the newest checkpoint"),
          command);
      assertThat(names(run.resolve("checkpoints"))).containsExactly("step-1", "step-2");
      for (String step : List.of("step-1", "step-2")) {
        Checkpoint.open(run.resolve("checkpoints").resolve(step));
      }
      resize(disk, ROOMY);
      CommandRun again = CommandRun.done(command);
      assertThat(again.err()).contains("Going on from").contains("step-2");
      requireSame(run, straight);
      export(straight);
    }

    private static void requireSame(Path run, Path straight) throws IOException {
      var expected = TenSteps.variables(straight, 4);
      var found = TenSteps.variables(run, 4);
      assertThat(found.keySet()).isNotEmpty().isEqualTo(expected.keySet());
      assertThat(found.keySet()).allMatch(v -> Arrays.equals(found.get(v), expected.get(v)));
      assertThat(TenSteps.logged(run)).isEqualTo(TenSteps.logged(straight));
    }

    private void export(Path run) throws Exception {
      Path model = disk.resolve("model");
      String[] command = {"export", run.toString(), "--out", model.toString()};
      resize(disk, used(disk) + (1 << 18));
      fails(List.of(model + ": the model could not be written: ", "Make room."), command);
      assertThat(model).doesNotExist();
      resize(disk, ROOMY);
      CommandRun.done(command);
      String weights = "1/variables/variables.data-00000-of-00001";
      assertThat(Files.mismatch(model.resolve(weights), run.resolve("export").resolve(weights)))
          .isEqualTo(-1);
    }

    private static void fails(List<String> parts, String... words) {
      CommandRun.fails(1, parts, words);
    }

    private static void resize(Path disk, long bytes) throws Exception {
      String size = "remount,size=" + bytes;
      Process mount = new ProcessBuilder("mount", "-o", size, disk.toString()).inheritIO().start();
      assertThat(mount.waitFor()).isZero();
    }

    private static long used(Path disk) throws IOException {
      FileStore store = Files.getFileStore(disk);
      return store.getTotalSpace() - store.getUsableSpace();
    }

    private static long bytes(Path folder, String start) throws IOException {
      return names(folder).stream()
          .filter(name -> name.startsWith(start))
          .mapToLong(name -> folder.resolve(name).toFile().length())
          .sum();
    }

    private static List<String> names(Path folder) {
      try (Stream<Path> files = Files.list(folder)) {
        return files.map(file -> file.getFileName().toString()).sorted().toList();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
