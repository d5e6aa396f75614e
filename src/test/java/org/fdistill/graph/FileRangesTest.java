package org.fdistill.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;

class FileRangesTest {
  private static final int RANGES = 500;

  @TempDir Path folder;

  private final byte[] content = new byte[40_000];
  private final List<FileRanges.Range> ranges = new ArrayList<>();

  /** More than one block of the index holds; some overlap, some are empty. */
  private Path write() throws IOException {
    Random random = new Random(3);
    random.nextBytes(content);
    for (int i = 0; i < RANGES; i++) {
      int offset = random.nextInt(content.length - 2000);
      int size = i % 10 == 0 ? 0 : random.nextInt(2000);
      CRC32C crc = new CRC32C();
      crc.update(content, offset, size);
      ranges.add(new FileRanges.Range(offset, size, (int) crc.getValue()));
    }
    Path file = Files.write(folder.resolve("data"), content);
    Path prefix = folder.resolve("ranges");
    FileRanges.write(prefix, file, ranges);
    return prefix;
  }

  private static final class Reader implements AutoCloseable {
    private final Graph graph = new Graph();
    private final Session session;
    private final Placeholder<TInt64> number;
    private final Operand<TString> bytes;

    Reader(Path prefix) {
      Ops tf = Ops.create(graph);
      number = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
      bytes = FileRanges.read(tf, tf.constant(prefix.toString()), number);
      session = TestSession.open(graph);
    }

    byte[] read(long n) {
      try (TInt64 fed = TInt64.scalarOf(n);
          Result result = session.runner().feed(number, fed).fetch(bytes).run()) {
        return ((TString) result.get(0)).asBytes().getObject();
      }
    }

    @Override
    public void close() {
      session.close();
      graph.close();
    }
  }

  @Test
  void everyRangeIsReadAsItLiesInTheFile() throws IOException {
    try (Reader reader = new Reader(write())) {
      for (int i = 0; i < RANGES; i++) {
        int from = (int) ranges.get(i).offset();
        assertThat(reader.read(i))
            .isEqualTo(Arrays.copyOfRange(content, from, from + (int) ranges.get(i).size()));
      }
      assertThatThrownBy(() -> reader.read(RANGES)).hasMessageContaining("not found");
    }
  }

  @Test
  void theIndexIsThatOfABundle() throws IOException {
    BundleIndex index = BundleIndex.read(write());
    assertThat(index.tensors()).hasSize(RANGES);
    assertThat(index.tensors().get("00000007").getOffset()).isEqualTo(ranges.get(7).offset());
    assertThat(index.shapes().get("00000007")).isEqualTo(Shape.of(ranges.get(7).size()));
  }

  @Test
  void bytesThatHaveChangedAreNotGiven() throws IOException {
    Path prefix = write();
    content[(int) ranges.get(1).offset()]++;
    Files.write(folder.resolve("data"), content);
    try (Reader reader = new Reader(prefix)) {
      assertThatThrownBy(() -> reader.read(1)).hasMessageContaining("Checksum does not match");
    }
  }
}
