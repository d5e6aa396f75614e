package org.fdistill.graph;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.dtypes.AsString;
import org.tensorflow.proto.BundleEntryProto;
import org.tensorflow.proto.BundleHeaderProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.proto.VersionDef;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * Ranges of bytes of any file, for a graph to read. TensorFlow has one op that reads a part of a
 * file that is no record: the reader of checkpoints. So the index of a bundle is written whose
 * tensors are the ranges and whose data file is a link to the file. The reader knows a checksum of
 * each range and fails where the bytes have changed.
 */
public final class FileRanges {
  /** Ranges up to which one index is read fast. */
  public static final int MOST = 16384;

  private static final int DIGITS = 8;

  private FileRanges() {}

  /**
   * A part of a file.
   *
   * @param offset its first byte
   * @param size bytes
   * @param crc their CRC-32C
   */
  public record Range(long offset, long size, int crc) {}

  /**
   * Writes an index.
   *
   * @param prefix of the files to write; their folder exists
   * @param file that the ranges are parts of
   * @param ranges numbered from 0, at most {@link #MOST}
   */
  public static void write(Path prefix, Path file, List<Range> ranges) throws IOException {
    List<SortedTable.Entry> entries = new ArrayList<>();
    entries.add(new SortedTable.Entry(new byte[0], header()));
    for (Range range : ranges) {
      String key = String.format(Locale.ROOT, "%0" + DIGITS + "d", entries.size() - 1);
      entries.add(new SortedTable.Entry(key.getBytes(StandardCharsets.US_ASCII), entry(range)));
    }
    Files.createSymbolicLink(Path.of(prefix + ".data-00000-of-00001"), file.toRealPath());
    Files.write(Path.of(prefix + BundleIndex.SUFFIX), SortedTable.write(entries));
  }

  private static byte[] header() {
    return BundleHeaderProto.newBuilder()
        .setNumShards(1)
        .setVersion(VersionDef.newBuilder().setProducer(1))
        .build()
        .toByteArray();
  }

  private static byte[] entry(Range range) {
    return BundleEntryProto.newBuilder()
        .setDtype(DataType.DT_UINT8)
        .setShape(
            TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dim.newBuilder().setSize(range.size())))
        .setOffset(range.offset())
        .setSize(range.size())
        .setCrc32C(MaskedCrc.mask(range.crc()))
        .build()
        .toByteArray();
  }

  /**
   * Reads one range in a graph.
   *
   * @param prefix of an index, scalar
   * @param number of the range in it, scalar
   * @return its bytes, scalar
   */
  public static Operand<TString> read(Ops tf, Operand<TString> prefix, Operand<TInt64> number) {
    Operand<TString> key =
        tf.dtypes.asString(number, AsString.width((long) DIGITS), AsString.fill("0"));
    Operand<TUint8> bytes =
        tf.train
            .restore(
                prefix,
                tf.expandDims(key, tf.constant(0)),
                tf.expandDims(tf.constant(""), tf.constant(0)),
                List.of(TUint8.class))
            .tensors()
            .get(0)
            .expect(TUint8.class);
    // A serialised tensor ends with its bytes.
    Operand<TInt64> size = tf.size(bytes, TInt64.class);
    return tf.strings.substr(tf.io.serializeTensor(bytes), tf.math.neg(size), size);
  }
}
