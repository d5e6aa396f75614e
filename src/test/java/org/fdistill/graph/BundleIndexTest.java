package org.fdistill.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.fdistill.config.UserError;
import org.fdistill.testing.Golden;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;
import org.tensorflow.proto.DataType;

class BundleIndexTest {
  private static final Path GOLDEN =
      Golden.resource("teachers/tf1-graph/variables").resolve("variables");

  @TempDir Path folder;

  private Path prefix;
  private Path index;
  private Path data;

  @BeforeEach
  void copyGolden() throws IOException {
    prefix = folder.resolve("variables");
    index = Files.copy(Path.of(GOLDEN + ".index"), Path.of(prefix + ".index"));
    String shard = ".data-00000-of-00001";
    data = Files.copy(Path.of(GOLDEN + shard), Path.of(prefix + shard));
  }

  @Test
  void theTensorsOfABundleThatPythonWrote() {
    Map<String, BundleEntryProto> tensors = BundleIndex.read(prefix).tensors();
    assertThat(tensors).hasSizeGreaterThan(3);
    assertThat(BundleIndex.read(prefix).shapes().keySet()).isEqualTo(tensors.keySet());
    assertThat(tensors.values()).allMatch(t -> t.getDtype() == DataType.DT_FLOAT);
    long bytes = tensors.values().stream().mapToLong(BundleEntryProto::getSize).sum();
    assertThat(bytes).isEqualTo(data.toFile().length());
  }

  /** Of the footer's padding alone no byte counts. */
  @Test
  void everyFlippedByteIsFound() throws IOException {
    byte[] whole = Files.readAllBytes(index);
    Map<String, BundleEntryProto> tensors = BundleIndex.read(prefix).tensors();
    int accepted = 0;
    for (int at = 0; at < whole.length; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= (byte) (1 << (at % 8));
      Files.write(index, damaged);
      try {
        assertThat(BundleIndex.read(prefix).tensors()).isEqualTo(tensors);
        accepted++;
      } catch (UserError e) {
        assertThat(e.kind()).isEqualTo(UserError.Kind.INPUT);
      }
    }
    assertThat(accepted).isLessThan(40);
  }

  @Test
  void everyTruncatedIndexIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(index);
    for (int length = 0; length < whole.length; length++) {
      Files.write(index, Arrays.copyOf(whole, length));
      assertRefused("no index of a TensorFlow bundle");
    }
  }

  @Test
  void whatIsNotThere() throws IOException {
    Files.delete(data);
    assertRefused("data file variables.data-00000-of-00001 is missing");
    Files.delete(index);
    assertRefused("there is no such file");
    Files.createDirectory(index);
    assertRefused("no regular file");
  }

  @Test
  void dataThatAreCutShort() throws IOException {
    byte[] whole = Files.readAllBytes(data);
    Files.write(data, Arrays.copyOf(whole, whole.length - 1));
    assertRefused("ends at byte " + whole.length);
  }

  /** With checksums that fit: such an index is made on purpose. */
  @Test
  void entriesThatNoBundleHas() throws IOException {
    write(tensor -> {});
    assertThat(BundleIndex.read(prefix).shapes()).containsEntry("w", Shape.of(2, 3));
    assertForged(tensor -> tensor.getShapeBuilder().getDimBuilder(0).setSize(-2), "shape");
    assertForged(tensor -> tensor.getShapeBuilder().setUnknownRank(true), "shape");
    assertForged(tensor -> tensor.getShapeBuilder().getDimBuilder(0).setSize(1L << 62), "shape");
    assertForged(tensor -> tensor.getShapeBuilder().getDimBuilder(0).setSize(4), "24 bytes");
    assertForged(tensor -> tensor.setDtype(DataType.DT_DOUBLE), "double [2, 3] does not take");
    assertForged(tensor -> tensor.setShardId(7), "data file that there is not");
    assertForged(tensor -> tensor.setShardId(-1), "data file that there is not");
    assertForged(tensor -> tensor.setOffset(-8), "ends at byte");
    assertForged(tensor -> tensor.setOffset(Long.MAX_VALUE), "ends at byte");
    assertForged(tensor -> tensor.setSize(-24), "does not take");
    assertForged(tensor -> tensor.setDtype(DataType.DT_STRING).setSize(-1), "ends at byte");
  }

  private void assertForged(Consumer<BundleEntryProto.Builder> change, String what)
      throws IOException {
    write(change);
    assertRefused(what);
  }

  private void assertRefused(String what) {
    assertThatThrownBy(() -> BundleIndex.read(prefix))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll(index.toString(), what, "again");
  }

  /** A bundle of one tensor [2, 3], changed. */
  private void write(Consumer<BundleEntryProto.Builder> change) throws IOException {
    BundleEntryProto.Builder tensor =
        BundleEntryProto.newBuilder().setDtype(DataType.DT_FLOAT).setSize(24);
    tensor.getShapeBuilder().addDimBuilder().setSize(2);
    tensor.getShapeBuilder().addDimBuilder().setSize(3);
    change.accept(tensor);
    Map<String, byte[]> entries = new TreeMap<>();
    entries.put("", BundleHeaderProto.newBuilder().setNumShards(1).build().toByteArray());
    entries.put("w", tensor.build().toByteArray());
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    byte[] entriesAt = block(file, entries);
    byte[] filtersAt = block(file, Map.of());
    byte[] indexAt = block(file, Map.of("x", entriesAt));
    ByteBuffer footer = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
    footer.put(filtersAt).put(indexAt).putLong(40, 0xdb4775248b80fb57L);
    file.write(footer.array());
    Files.write(index, file.toByteArray());
  }

  /** Appends a block whose keys share nothing; its place. */
  private static byte[] block(ByteArrayOutputStream file, Map<String, byte[]> entries)
      throws IOException {
    ByteBuffer block = ByteBuffer.allocate(500).order(ByteOrder.LITTLE_ENDIAN);
    for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
      block.put((byte) 0).put((byte) entry.getKey().length()).put((byte) entry.getValue().length);
      block.put(entry.getKey().getBytes(StandardCharsets.UTF_8)).put(entry.getValue());
    }
    block.putInt(0).putInt(1);
    int offset = file.size();
    int size = block.position();
    block.put((byte) 0).putInt(MaskedCrc.of(block.array(), 0, size + 1));
    file.write(block.array(), 0, size + 5);
    return new byte[] {(byte) offset, (byte) size};
  }
}
