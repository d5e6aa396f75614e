package org.fdistill.weights;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.fdistill.config.UserError;
import org.fdistill.testing.Golden;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Valid files with random damage: each ends in a {@link UserError} or in tensors of the stated
 * sizes, within bounds of time and memory. A failure names the seed of its case.
 */
class FuzzedArchivesTest {
  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** What opening costs whatever the file: buffers, the zip library, a message. */
  private static final long BASE_MEMORY = 1 << 20;

  /** A dict of a pickle takes 74 bytes for one byte; the rest is room for what is read. */
  private static final long MEMORY_PER_BYTE = 128;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path folder;

  @Tag("slow")
  @ParameterizedTest
  @CsvSource({
    "types.safetensors, 3000",
    "float8.safetensors, 1000",
    "checkpoint.pth, 2000",
    "views.pth, 1500",
    "views-deflated.pth, 500",
    "script.pt, 1000",
    "checkpoint-legacy.pth, 1500",
    "types-legacy.pth, 1000",
    "arrays.npz, 500",
    "arrays-compressed.npz, 500",
  })
  @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aDamagedFileIsAnErrorOrTensors(String name, int cases) throws IOException {
    byte[] whole = Files.readAllBytes(Golden.resource("archives/" + name));
    Path file = folder.resolve(name);
    int opened = 0;
    for (int seed = 0; seed < cases; seed++) {
      byte[] damaged = damage(whole, new Random(seed));
      Files.write(file, damaged);
      try {
        opened += check(file, damaged.length) ? 1 : 0;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("%s, seed %d".formatted(name, seed), e);
      }
    }
    // Both ends are reached: else the damage is too little or too much to say anything.
    assertThat(opened).isBetween(cases / 50, cases - cases / 50);
  }

  private static boolean check(Path file, int length) {
    long id = Thread.currentThread().getId();
    long memory = THREADS.getThreadAllocatedBytes(id);
    long time = System.nanoTime();
    boolean whole = readAll(file);
    long nanos = System.nanoTime() - time;
    long allocated = THREADS.getThreadAllocatedBytes(id) - memory;
    if (nanos > MAX_NANOS || allocated > BASE_MEMORY + MEMORY_PER_BYTE * length) {
      throw new AssertionError(
          "%d bytes took %d ns and allocated %d bytes".formatted(length, nanos, allocated));
    }
    return whole;
  }

  private static boolean readAll(Path file) {
    try (WeightArchive archive = WeightArchives.open(file)) {
      for (StoredTensor tensor : archive.tensors().values()) {
        if (tensor.floats().length != tensor.elements()) {
          throw new AssertionError(tensor.name() + " has not the stated size");
        }
      }
      return true;
    } catch (UserError e) {
      if (e.kind() != UserError.Kind.INPUT || !e.getMessage().endsWith(".")) {
        throw new AssertionError("no error of an input: " + e.getMessage(), e);
      }
      return false;
    }
  }

  /** One to three of: flipped bits, a byte or number replaced, a cut, a part moved or doubled. */
  private static byte[] damage(byte[] whole, Random random) {
    byte[] bytes = whole.clone();
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times && bytes.length > 16; i++) {
      bytes = damageOnce(bytes, random);
    }
    return bytes;
  }

  private static byte[] damageOnce(byte[] bytes, Random random) {
    int at = random.nextInt(bytes.length - 8);
    int count = Math.min(random.nextInt(32), bytes.length - at);
    switch (random.nextInt(8)) {
      case 0, 1, 2 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 3, 4 -> bytes[at] = (byte) random.nextInt(256);
      case 5 -> {
        long[] numbers = {0, -1, Long.MAX_VALUE, 1L << 40, 1L << 31, 0x7FFF_FFFFL, bytes.length};
        ByteBuffer.wrap(bytes)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(at, numbers[random.nextInt(numbers.length)]);
      }
      case 6 -> {
        int from = random.nextInt(bytes.length - count);
        System.arraycopy(bytes, from, bytes, at, count);
      }
      default -> {
        return cutOrInsert(bytes, at, count, random);
      }
    }
    return bytes;
  }

  private static byte[] cutOrInsert(byte[] bytes, int at, int count, Random random) {
    if (random.nextBoolean()) {
      return Arrays.copyOf(bytes, at);
    }
    // A part is there twice: everything behind it moves.
    byte[] longer = Arrays.copyOf(bytes, bytes.length + count);
    System.arraycopy(bytes, at, longer, at + count, bytes.length - at);
    return longer;
  }

  @ParameterizedTest
  @CsvSource({"types.safetensors", "types.pth", "types-legacy.pth"})
  void aBitThatFlipsInTheDataChangesOneNumber(String name) throws IOException {
    byte[] whole = Files.readAllBytes(Golden.resource("archives/" + name));
    Map<String, float[]> expected = values(Golden.resource("archives/" + name));
    int start = indexOf(whole, littleEndian(expected.get("f32")));
    Path file = folder.resolve(name);
    Random random = new Random(1);
    for (int i = 0; i < 50; i++) {
      int element = random.nextInt(expected.get("f32").length);
      int bit = random.nextInt(Float.SIZE);
      byte[] flipped = whole.clone();
      flipped[start + Float.BYTES * element + bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(file, flipped);
      Map<String, float[]> actual = values(file);
      float[] changed = expected.get("f32").clone();
      changed[element] = Float.intBitsToFloat(Float.floatToRawIntBits(changed[element]) ^ 1 << bit);
      assertThat(actual.keySet()).isEqualTo(expected.keySet());
      actual.forEach(
          (key, numbers) ->
              assertThat(numbers).isEqualTo(key.equals("f32") ? changed : expected.get(key)));
    }
  }

  @Test
  void theMemoryOfAPickleGrowsWithItsSizeAlone() throws IOException {
    // The dearest instructions: marks, dicts and numbers to remember, a byte or two each.
    for (int pair : new int[] {0x7D7D, 0x2828, 0x5D5D, 0x4E94, 0x2930, 0x4B01}) {
      byte[] pickle = new byte[200_000];
      for (int i = 2; i + 1 < pickle.length; i += 2) {
        pickle[i] = (byte) (pair >> 8);
        pickle[i + 1] = (byte) pair;
      }
      pickle[0] = (byte) 0x80;
      pickle[1] = 2;
      Path file = folder.resolve("greedy.pth");
      Files.write(file, pickle);
      assertThat(check(file, pickle.length)).isFalse();
    }
  }

  private static Map<String, float[]> values(Path file) {
    Map<String, float[]> values = new HashMap<>();
    try (WeightArchive archive = WeightArchives.open(file)) {
      archive.tensors().forEach((name, tensor) -> values.put(name, tensor.floats()));
    }
    return values;
  }

  private static byte[] littleEndian(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int at = 0; at + part.length <= bytes.length; at++) {
      if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
        return at;
      }
    }
    throw new IllegalArgumentException("not there");
  }
}
