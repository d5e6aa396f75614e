package org.fdistill.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Random;
import org.fdistill.config.UserError;
import org.fdistill.data.Examples;
import org.fdistill.files.Folders;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.FeatureCacheConfig;
import org.fdistill.proto.FeatureCacheConfig.Precision;
import org.fdistill.testing.JavaChild;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Caches that are written by a JVM of its own, which is killed or cannot write. */
@Tag("slow")
class KilledCacheTest {
  private static final int EXAMPLES = 64;
  private static final int BAD = 37;
  private static final int KILLS = 3;

  /** Of the child, once its cache is complete. */
  private static final int DONE = 0;

  private static final int FAILED = 1;

  /** The largest file that a shell lets its children write, in units of 1024 bytes. */
  private static final int MOST_KILOBYTES = 600;

  @TempDir Path root;

  /** Every image is read, whatever part of them is bad. */
  private static DataConfig data(Path root) {
    return Caches.data(root.resolve("images"), 4);
  }

  /** Three views, in files of 52 records, a megabyte each. */
  private static FeatureCache cache(Path root, String name) {
    FeatureCacheConfig config =
        Caches.config(root.resolve(name), Precision.FLOAT32, 3).toBuilder()
            .setShardMegabytes(1)
            .build();
    return Caches.cache(config, data(root));
  }

  @BeforeEach
  void makeImages() throws IOException {
    Examples.flatFolder(root.resolve("images"), EXAMPLES);
    Files.write(root.resolve("images/%03d.jpg".formatted(BAD)), new byte[] {1, 2, 3});
  }

  /**
   * What the child runs: it writes what is missing, and says so after each batch.
   *
   * @param arguments the folder of images and caches, and the cache's name
   */
  public static void main(String[] arguments) {
    Path root = Path.of(arguments[0]);
    try {
      Caches.write(
          cache(root, arguments[1]), data(root), done -> System.out.println("done " + done));
      System.exit(DONE);
    } catch (UserError e) {
      System.out.println(e.getMessage());
      System.exit(FAILED);
    }
  }

  private List<String> command(String name) {
    return JavaChild.command(KilledCacheTest.class, root.toString(), name);
  }

  private static ProcessBuilder quiet(List<String> command) {
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
  }

  /** Kills a child that writes, some time after a number of batches. */
  private void kill(String name, int batches, long millis) throws Exception {
    Process child = quiet(command(name)).start();
    try (BufferedReader out = child.inputReader()) {
      for (int i = 0; i < batches; i++) {
        assertThat(out.readLine()).isNotNull();
      }
      Thread.sleep(millis);
      child.destroyForcibly();
      assertThat(child.waitFor()).isEqualTo(137);
    }
  }

  /** Lets a child write what is missing. */
  private void complete(String name) throws Exception {
    Process child = quiet(command(name)).start();
    child.getInputStream().readAllBytes();
    assertThat(child.waitFor()).isEqualTo(DONE);
  }

  private static void requireSame(Path actual, Path expected) throws IOException {
    List<String> names = Folders.list(expected).stream().map(f -> f.getFileName() + "").toList();
    assertThat(Folders.list(actual).stream().map(f -> f.getFileName() + "")).isEqualTo(names);
    for (String name : names) {
      assertThat(Files.mismatch(actual.resolve(name), expected.resolve(name)))
          .as(name)
          .isEqualTo(-1);
    }
  }

  private void requireSameFiles(FeatureCache actual, FeatureCache expected) throws IOException {
    // How often an image is named depends on how often its turn came.
    assertThat(Files.readAllLines(actual.unreadable())).isNotEmpty();
    Files.copy(expected.unreadable(), actual.unreadable(), StandardCopyOption.REPLACE_EXISTING);
    requireSame(actual.folder(), expected.folder());
  }

  @Test
  void killedAtRandomItComesToTheSameBytes() throws Exception {
    FeatureCache straight = cache(root, "straight");
    complete("straight");
    FeatureCache killed = cache(root, "killed");
    Random random = new Random(1);
    int partial = 0;
    for (int i = 0; i < KILLS; i++) {
      kill("killed", 1 + random.nextInt(15), random.nextInt(20));
      partial += hasPartial(killed.folder()) ? 1 : 0;
    }
    assertThat(partial).as("kills in the midst of a file").isPositive();
    complete("killed");
    requireSameFiles(killed, straight);
  }

  private static boolean hasPartial(Path folder) throws IOException {
    return Folders.list(folder).stream().anyMatch(f -> f.toString().endsWith(".partial"));
  }

  @Test
  void whereAFileCannotBeWrittenTheCacheCanGoOn() throws Exception {
    FeatureCache straight = cache(root, "straight");
    complete("straight");
    FeatureCache full = cache(root, "full");
    String words = String.join("' '", command("full"));
    // A JVM ignores the signal and sees an error, as on a full disk.
    String shell = "ulimit -f " + MOST_KILOBYTES + " && exec '" + words + "'";
    Process child = quiet(List.of("bash", "-c", shell)).start();
    String told = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).isEqualTo(FAILED);
    assertThat(told)
        .contains(full.folder() + ": the cache cannot be written: ")
        .contains("Files that are whole stay; the same command goes on from there.");
    assertThat(hasPartial(full.folder())).isFalse();
    complete("full");
    requireSameFiles(full, straight);
  }
}
