package org.fdistill.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import org.fdistill.config.UserError;
import org.fdistill.data.ExampleSource;
import org.fdistill.data.Examples;
import org.fdistill.files.FolderLock;
import org.fdistill.files.Folders;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.FeatureCacheConfig;
import org.fdistill.proto.FeatureCacheConfig.Precision;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Caches whose files are not as they were written. */
@Tag("slow")
class HostileCacheTest {
  private static final int EXAMPLES = 120;

  @TempDir static Path shared;
  private static DataConfig data;
  private static Path whole;

  @TempDir Path root;
  private Path folder;
  private FeatureCache cache;

  /** Two views of 120 images, 18.9 kB each, in files of a megabyte. */
  @BeforeAll
  static void write() throws IOException {
    data = Caches.data(Examples.flatFolder(shared.resolve("images"), EXAMPLES), 4);
    FeatureCache written = Caches.cache(config(shared), data);
    assertThat(Caches.write(written, data).complete()).isTrue();
    whole = written.folder();
  }

  private static FeatureCacheConfig config(Path path) {
    return Caches.config(path, Precision.FLOAT32, 2).toBuilder().setShardMegabytes(1).build();
  }

  @BeforeEach
  void copy() throws IOException {
    cache = Caches.cache(config(root), data);
    folder = Files.createDirectories(cache.folder());
    for (Path file : Folders.list(whole)) {
      Files.copy(file, folder.resolve(file.getFileName()));
    }
  }

  private ExampleSource open() {
    return FeatureCache.examples(ExampleSource.open(data), List.of(cache));
  }

  private static Path shard(Path folder, int number) throws IOException {
    return Folders.list(folder).stream()
        .filter(f -> f.getFileName().toString().startsWith("features-"))
        .toList()
        .get(number);
  }

  private void refuses(String... parts) {
    assertThatThrownBy(this::open)
        .isInstanceOfSatisfying(
            UserError.class, e -> assertThat(e.kind()).isEqualTo(UserError.Kind.INPUT))
        .hasMessageContainingAll(parts)
        .hasMessageContaining("fdistill cache CONFIG");
  }

  /** Writes again what is missing, which must come to the bytes of before. */
  private void writesAgain() throws IOException {
    assertThat(Caches.write(cache, data).complete()).isTrue();
    for (Path file : Folders.list(whole)) {
      assertThat(Files.mismatch(file, folder.resolve(file.getFileName()))).isEqualTo(-1);
    }
  }

  @Test
  void aWholeOneIsRead() {
    assertThat(open().size()).isEqualTo(EXAMPLES);
  }

  @Test
  void aFileThatIsCutShort() throws IOException {
    Path file = shard(folder, 1);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    refuses(file + ": it has " + (bytes.length - 1) + " bytes, expected " + bytes.length);
    writesAgain();
  }

  @Test
  void aFileThatIsMissing() throws IOException {
    Path file = shard(folder, 2);
    Files.delete(file);
    refuses(file + ": this file is missing");
    writesAgain();
  }

  @Test
  void aChangedByte() throws IOException {
    Path file = shard(folder, 0);
    byte[] bytes = Files.readAllBytes(file);
    bytes[5000] ^= 1;
    Files.write(file, bytes);
    ExampleSource examples = open();
    assertThatThrownBy(() -> examples.read(0))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll(file.toString(), "damaged", "Delete this file");
    assertThat(examples.read(1)).isPresent();
    assertThat(CacheWriting.verify(cache, ExampleSource.open(data), done -> {}))
        .containsExactly(file + ": it is not as it was written");
    refuses("files of features are written");
    writesAgain();
  }

  @Test
  void aFileInThePlaceOfAnother() throws IOException {
    Files.copy(shard(folder, 0), shard(folder, 1), StandardCopyOption.REPLACE_EXISTING);
    ExampleSource examples = open();
    int moved = (int) (Files.size(shard(folder, 0)) / record());
    assertThatThrownBy(() -> examples.read(moved))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll(shard(folder, 1).toString(), "not of this cache, or not where");
  }

  private long record() {
    return CacheIdentity.read(folder).getLayout().getRecordBytes();
  }

  @Test
  void anIndexThatIsNone() throws IOException {
    Path index = folder.resolve(ShardIndex.FILE);
    String text = Files.readString(index);
    Files.writeString(index, text.replaceFirst("\"bytes\":\\d+", "\"bytes\":\"many\""));
    refuses(index.toString(), "damaged");
    Files.delete(index);
    refuses("0 of ", "files of features are written");
  }

  @Test
  void aLineThatWasCutShortIsNone() throws IOException {
    Path index = folder.resolve(ShardIndex.FILE);
    String text = Files.readString(index);
    Files.writeString(index, text.substring(0, text.length() - 9));
    refuses("files of features are written");
    writesAgain();
  }

  @Test
  void anIndexOfAnotherCache() throws IOException {
    Path index = folder.resolve(ShardIndex.FILE);
    String text = Files.readString(index);
    Files.writeString(index, text.replaceFirst("\"bytes\":(\\d)", "\"bytes\":1$1"));
    refuses(shard(folder, 0).toString(), "bytes, expected 1");
  }

  @Test
  void anIdentityThatIsNone() throws IOException {
    Path identity = folder.resolve(CacheIdentity.FILE);
    Files.writeString(identity, "format: one");
    assertThatThrownBy(this::open)
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll(identity.toString(), "not the identity of a cache");
    Files.writeString(identity, "format: 2");
    assertThatThrownBy(this::open).hasMessageContainingAll("format 2", "reads format 1");
  }

  @Test
  void anEmptyFolder() throws IOException {
    Folders.delete(folder);
    refuses(folder + ": no features are stored here");
  }

  @Test
  void aFolderThatAnotherProcessWrites() throws IOException {
    FolderLock lock = FolderLock.take(folder).orElseThrow();
    try (lock) {
      assertThatThrownBy(() -> Caches.write(cache, data))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("another process writes features to this folder");
    }
  }

  @Test
  void featuresOfSomethingElse() throws IOException {
    Path file = Path.of(data.getImageFolder().getPath(), "000.jpg");
    byte[] before = Files.readAllBytes(file);
    Files.write(file, Examples.image(1, 41, 30, "jpg"));
    try {
      DataConfig smaller =
          data.toBuilder().setAugment(data.getAugment().toBuilder().setFlipProbability(0)).build();
      cache = Caches.cache(config(root).toBuilder().setSeed(3).build(), smaller);
      assertThatThrownBy(this::open)
          .isInstanceOfSatisfying(
              UserError.class, e -> assertThat(e.kind()).isEqualTo(UserError.Kind.USAGE))
          .hasMessageContainingAll(
              folder + ": this cache holds other features",
              "views_of.augment.flip_probability: 0.5 -> 0.0",
              "seed: 0 -> 3",
              file + ": " + before.length + " bytes -> ");
      assertThatThrownBy(() -> Caches.write(cache, data)).isInstanceOf(UserError.class);
    } finally {
      Files.write(file, before);
    }
  }
}
