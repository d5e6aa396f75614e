package org.fdistill.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardIndexTest {
  private static final ShardEntry FIRST = new ShardEntry(0, 100, "0a0b0c0d", List.of());
  private static final ShardEntry SECOND = new ShardEntry(1, 90, "00000001", List.of(12L, 17L));

  @TempDir Path folder;

  @Test
  void entriesComeBack() throws IOException {
    assertThat(ShardIndex.read(folder)).isEmpty();
    ShardIndex.append(folder, SECOND);
    ShardIndex.append(folder, FIRST);
    assertThat(ShardIndex.read(folder)).isEqualTo(Map.of(0, FIRST, 1, SECOND));
    ShardIndex.write(folder, ShardIndex.read(folder).values());
    assertThat(folder.resolve(ShardIndex.FILE))
        .content()
        .isEqualTo(
            """
            {"shard":0,"bytes":100,"crc32c":"0a0b0c0d","left_out":[]}
            {"shard":1,"bytes":90,"crc32c":"00000001","left_out":[12,17]}
            """);
  }

  @Test
  void whatIsCutOffAtTheEndIsLeftOut() throws IOException {
    ShardIndex.append(folder, FIRST);
    ShardIndex.append(folder, SECOND);
    Path file = folder.resolve(ShardIndex.FILE);
    byte[] bytes = Files.readAllBytes(file);
    for (int cut = 1; cut < 20; cut++) {
      Files.write(file, Arrays.copyOf(bytes, bytes.length - cut));
      assertThat(ShardIndex.read(folder)).isEqualTo(Map.of(0, FIRST));
    }
  }

  @Test
  void recordsFillFilesInOrder() {
    FeatureShape shape = new FeatureShape(true, 14, 768, 16);
    ShardLayout layout = ShardLayout.of(1000, 3, shape, FeatureEncoding.FLOAT16, 64, 256_000_000);
    // 197 tokens of 768 numbers of two bytes, and what names the record.
    assertThat(layout.recordBytes()).isBetween(197L * 768 * 2, 197L * 768 * 2 + 200);
    assertThat(layout.perShard() % 64).isZero();
    assertThat(layout.perShard() * layout.recordBytes()).isLessThanOrEqualTo(256_000_000);
    assertThat(layout.shards()).isEqualTo(4);
    assertThat(layout.first(0)).isZero();
    for (int shard = 1; shard < layout.shards(); shard++) {
      assertThat(layout.first(shard)).isEqualTo(layout.end(shard - 1));
    }
    assertThat(layout.end(3)).isEqualTo(3000);
    assertThat(layout.name(2)).isEqualTo("features-00002-of-00004.tfrecord");
  }

  @Test
  void scalesAreStoredBesideSmallNumbers() {
    FeatureShape shape = new FeatureShape(false, 14, 768, 16);
    long scaled = ShardLayout.of(1, 1, shape, FeatureEncoding.INT8, 1, 1).recordBytes();
    long plain = ShardLayout.of(1, 1, shape, FeatureEncoding.FLOAT32, 1, 1).recordBytes();
    long numbers = 196L * 768;
    // What frames one more feature takes a few bytes.
    assertThat(scaled - numbers - (plain - 4 * numbers)).isBetween(4L * 196, 4L * 196 + 32);
  }
}
