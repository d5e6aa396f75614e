package org.fdistill.graph;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorShapeProto;

/**
 * The index of a TensorFlow bundle: which tensors it holds and where in its data files they lie. It
 * is read and checked here before TensorFlow reads it, since TensorFlow believes it: a few damaged
 * bytes abort the process. What is checked: the table's footer and the checksum of each block, the
 * header, each tensor's shape, and its place against the length of its file. That a tensor's bytes
 * are whole is checked by TensorFlow, which has a checksum of them.
 */
public final class BundleIndex {
  /** What the path of a bundle's index ends with. */
  public static final String SUFFIX = ".index";

  /** Indexes have some hundred bytes for each tensor. */
  private static final long MOST_BYTES = 256L << 20;

  private static final int MOST_SHARDS = 100_000;

  /** TensorFlow's limit. */
  private static final int MOST_DIMENSIONS = 254;

  private final Path prefix;
  private final Map<String, BundleEntryProto> tensors = new TreeMap<>();
  private final Map<Integer, Long> sizes = new HashMap<>();
  private int shards;

  private BundleIndex(Path prefix) {
    this.prefix = prefix;
  }

  /**
   * Reads an index and checks it.
   *
   * @param prefix the files' path without {@code .index} and {@code .data-...}
   * @throws UserError of kind input, where it is missing or damaged, or a data file is too short
   */
  public static BundleIndex read(Path prefix) {
    Path file = Path.of(prefix + SUFFIX);
    BundleIndex index = new BundleIndex(prefix);
    try {
      if (!Files.isRegularFile(file)) {
        throw new IOException(
            Files.exists(file) ? "it is no regular file" : "there is no such file");
      }
      if (Files.size(file) > MOST_BYTES) {
        throw new IOException("it has " + Files.size(file) + " bytes, more than any index");
      }
      index.read(SortedTable.read(Files.readAllBytes(file)));
      return index;
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          file
              + ": no index of a TensorFlow bundle that can be read: "
              + FileTrouble.of(e).reason()
              + ".\nExpected the files that were written together: "
              + file.getFileName()
              + " and "
              + prefix.getFileName()
              + ".data-*. Copy or download them again.",
          e);
    }
  }

  /** The shape of every tensor, by name. */
  public Map<String, Shape> shapes() {
    Map<String, Shape> shapes = new TreeMap<>();
    tensors.forEach((name, entry) -> shapes.put(name, shape(entry)));
    return shapes;
  }

  /** What the index says of each tensor, by name. */
  public Map<String, BundleEntryProto> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /** The first entry, of an empty key, is the header. */
  private void read(List<SortedTable.Entry> entries) throws IOException {
    if (entries.isEmpty() || entries.get(0).key().length > 0) {
      throw new IOException("it has no header");
    }
    BundleHeaderProto header = BundleHeaderProto.parseFrom(entries.get(0).value());
    if (header.getEndianness() != BundleHeaderProto.Endianness.LITTLE) {
      throw new IOException("it is of a machine with the other order of bytes");
    }
    shards = header.getNumShards();
    if (shards < 1 || shards > MOST_SHARDS) {
      throw new IOException("its header states " + shards + " data files");
    }
    for (SortedTable.Entry entry : entries.subList(1, entries.size())) {
      BundleEntryProto tensor = BundleEntryProto.parseFrom(entry.value());
      check(new String(entry.key(), StandardCharsets.UTF_8), tensor);
      if (entry.key()[0] != 0) { // else a slice of a tensor, whose own entry comes as well
        tensors.put(new String(entry.key(), StandardCharsets.UTF_8), tensor);
      }
    }
  }

  private void check(String name, BundleEntryProto tensor) throws IOException {
    long count = count(name, tensor.getShape());
    if (tensor.getSlicesCount() > 0) {
      return; // The data are those of the slices.
    }
    int width = width(tensor.getDtype());
    boolean overflows = width > 0 && count > Long.MAX_VALUE / width;
    if (overflows || (width > 0 && count * width != tensor.getSize())) {
      throw new IOException(
          "%s has %d bytes, which %s %s does not take"
              .formatted(
                  name,
                  tensor.getSize(),
                  tensor.getDtype().name().substring("DT_".length()).toLowerCase(Locale.ROOT),
                  shape(tensor)));
    }
    if (tensor.getShardId() < 0 || tensor.getShardId() >= shards) {
      throw new IOException(name + " lies in a data file that there is not");
    }
    long length = length(tensor.getShardId());
    boolean outside = tensor.getOffset() < 0 || tensor.getSize() < 0;
    if (outside || tensor.getSize() > length || tensor.getOffset() > length - tensor.getSize()) {
      throw new IOException(
          "%s ends at byte %d of %s, which has %d"
              .formatted(
                  name,
                  tensor.getOffset() + tensor.getSize(),
                  shard(tensor.getShardId()).getFileName(),
                  length));
    }
  }

  private static long count(String name, TensorShapeProto shape) throws IOException {
    long count = 1;
    boolean known = !shape.getUnknownRank() && shape.getDimCount() <= MOST_DIMENSIONS;
    for (TensorShapeProto.Dim dimension : shape.getDimList()) {
      long size = dimension.getSize();
      known &= size >= 0 && (size == 0 || count <= Long.MAX_VALUE / size);
      count = known ? count * size : 0;
    }
    if (!known) {
      throw new IOException(name + " has a shape that no tensor has");
    }
    return count;
  }

  private long length(int shard) throws IOException {
    if (!sizes.containsKey(shard)) {
      Path file = shard(shard);
      if (!Files.isRegularFile(file)) {
        throw new IOException("its data file " + file.getFileName() + " is missing");
      }
      sizes.put(shard, Files.size(file));
    }
    return sizes.get(shard);
  }

  private Path shard(int shard) {
    return Path.of(String.format(Locale.ROOT, "%s.data-%05d-of-%05d", prefix, shard, shards));
  }

  private static Shape shape(BundleEntryProto tensor) {
    return Shape.of(
        tensor.getShape().getDimList().stream().mapToLong(TensorShapeProto.Dim::getSize).toArray());
  }

  /** Bytes of one number in a data file; 0 where they differ from one to the next. */
  private static int width(DataType type) {
    return switch (type) {
      case DT_BOOL, DT_UINT8, DT_INT8, DT_QINT8, DT_QUINT8 -> 1;
      case DT_BFLOAT16, DT_HALF, DT_UINT16, DT_INT16, DT_QINT16, DT_QUINT16 -> 2;
      case DT_FLOAT, DT_INT32, DT_UINT32, DT_QINT32 -> 4;
      case DT_DOUBLE, DT_INT64, DT_UINT64, DT_COMPLEX64 -> 8;
      case DT_COMPLEX128 -> 16;
      default -> 0;
    };
  }
}
