package org.fdistill.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.data.augment.EncodedImage;
import org.fdistill.data.augment.StoredImage;
import org.fdistill.data.tfrecord.FilePatterns;
import org.fdistill.proto.ReadOrder;
import org.fdistill.proto.TfRecordSource;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.Feature;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * Records of tf.Example in TFRecord files. They are read at their offsets: one at a time, so that
 * any order costs the same, or in runs. Compressed files are read in runs alone, for whatever lies
 * before an offset in them has to be decompressed.
 */
final class TfRecordExamples implements ExampleSource, RunReader {
  /** The most bytes that are read at once. */
  private static final long MOST_BYTES = 64L << 20;

  /** Of a compressed file. */
  private static final long COMPRESSED_BYTES = 1L << 20;

  private final TfRecordIndex index;
  private final ExampleLayout layout;
  private final long labelOffset;
  private final List<String> classNames;

  private TfRecordExamples(TfRecordIndex index, ExampleLayout layout, long labelOffset) {
    this.index = index;
    this.layout = layout;
    this.labelOffset = labelOffset;
    this.classNames = ClassNames.beside(index.files());
  }

  /**
   * Opens the files of a config.
   *
   * @throws UserError where one is missing or no whole TFRecord file, or is compressed and wanted
   *     in any order
   */
  static TfRecordExamples open(TfRecordSource config, ReadOrder order) {
    if (config.getPathCount() == 0) {
      throw UserError.usage(
          "tfrecord: path is not set. Name files, such as data/train-*.tfrecord.");
    }
    List<Path> files = FilePatterns.resolve(config.getPathList());
    TfRecordIndex index = TfRecordIndex.scan(files, order == ReadOrder.BLOCKS);
    if (index.size() == 0) {
      throw UserError.input(
          "No records in the %d files of %s.".formatted(files.size(), config.getPathList()));
    }
    return new TfRecordExamples(index, ExampleLayout.of(index), config.getLabelOffset());
  }

  @Override
  public long size() {
    return index.size();
  }

  @Override
  public String name(long number) {
    return index.name((int) number);
  }

  @Override
  public boolean hasLabels() {
    return layout.label() != null;
  }

  @Override
  public boolean hasMasks() {
    return layout.mask() != null;
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public Optional<byte[]> read(long number) throws IOException {
    return Optional.of(encoded(number, layout.image()));
  }

  private byte[] encoded(long number, String feature) throws IOException {
    Feature image = ExampleLayout.features(index.read((int) number)).get(feature);
    if (image == null) {
      throw new IOException("the record has no feature " + feature);
    }
    if (image.getBytesList().getValueCount() != 1) {
      throw new IOException(
          "the record's %s is %s, expected one encoded image".formatted(feature, content(image)));
    }
    return image.getBytesList().getValue(0).toByteArray();
  }

  @Override
  public String maskProblem(long number) {
    try {
      return MaskFile.problem(
          "its mask", encoded(number, layout.mask()), encoded(number, layout.image()));
    } catch (IOException e) {
      return UnreadableReason.of(e);
    }
  }

  @Override
  public String labelProblem(long number) {
    try {
      return hasLabels()
          ? problem(ExampleLayout.features(index.read((int) number)).get(layout.label()))
          : "";
    } catch (IOException e) {
      return UnreadableReason.of(e);
    }
  }

  private String problem(Feature label) {
    if (label == null || label.getKindCase() == Feature.KindCase.KIND_NOT_SET) {
      return "";
    }
    if (label.getInt64List().getValueCount() != 1) {
      return "the record's %s is %s, expected one whole number"
          .formatted(layout.label(), content(label));
    }
    long value = label.getInt64List().getValue(0) + labelOffset;
    return classNames.isEmpty() || (0 <= value && value < classNames.size())
        ? ""
        : "label %d, and %s names %d classes".formatted(value, ClassNames.FILE, classNames.size());
  }

  private static String content(Feature feature) {
    return switch (feature.getKindCase()) {
      case BYTES_LIST -> feature.getBytesList().getValueCount() + " strings";
      case FLOAT_LIST -> feature.getFloatList().getValueCount() + " floats";
      case INT64_LIST -> feature.getInt64List().getValueCount() + " whole numbers";
      case KIND_NOT_SET -> "empty";
    };
  }

  @Override
  public List<Path> files() {
    return index.files();
  }

  @Override
  public List<IndexArray> indexArrays() {
    return List.of(
        new IndexArray("files", TString.class, () -> PathBytes.tensor(index.files())),
        new IndexArray("file_of", TInt32.class, index::fileOf),
        new IndexArray("offsets", TInt64.class, index::offsets),
        new IndexArray("ends", TInt64.class, index::ends));
  }

  @Override
  public StoredExample example(
      Ops tf, Operand<TInt64> number, List<Operand<?>> arrays, Draws draws) {
    return example(tf, stored(tf, number, arrays), number, arrays, draws);
  }

  @Override
  public Optional<RunReader> runs() {
    return Optional.of(this);
  }

  @Override
  public long[] firstOfFiles() {
    return index.firstOfFiles();
  }

  @Override
  public boolean frontToBack() {
    return index.compressed();
  }

  @Override
  public Operand<? extends TType> run(
      Ops tf, Operand<TInt64> first, Operand<TInt64> count, List<Operand<?>> arrays) {
    Place place = Place.of(tf, first, arrays);
    if (index.compressed()) {
      // TensorFlow counts offsets in what comes out.
      return tf.data.tfRecordDataset(
          place.file(), tf.constant("GZIP"), tf.constant(COMPRESSED_BYTES), place.offset());
    }
    Operand<TInt64> last = tf.math.sub(tf.math.add(first, count), tf.constant(1L));
    Operand<TInt64> bytes = tf.math.sub(Place.of(tf, last, arrays).end(), place.offset());
    return tf.data.tfRecordDataset(
        place.file(),
        tf.constant(""),
        tf.math.minimum(bytes, tf.constant(MOST_BYTES)),
        place.offset());
  }

  /**
   * Where a record is, scalars.
   *
   * @param offset its first byte
   * @param end the byte after it
   */
  private record Place(Operand<TString> file, Operand<TInt64> offset, Operand<TInt64> end) {
    static Place of(Ops tf, Operand<TInt64> number, List<Operand<?>> arrays) {
      Operand<TInt64> axis = tf.constant(0L);
      Operand<TInt32> file = tf.gather(arrays.get(1).asOutput().expect(TInt32.class), number, axis);
      return new Place(
          tf.gather(arrays.get(0).asOutput().expect(TString.class), file, axis),
          tf.gather(arrays.get(2).asOutput().expect(TInt64.class), number, axis),
          tf.gather(arrays.get(3).asOutput().expect(TInt64.class), number, axis));
    }
  }

  @Override
  public Operand<TString> stored(Ops tf, Operand<TInt64> number, List<Operand<?>> arrays) {
    Place place = Place.of(tf, number, arrays);
    return RecordReads.at(tf, place.file(), place.offset());
  }

  /** The image and the label each by itself: where nothing takes the label, nothing looks at it. */
  @Override
  public StoredExample example(
      Ops tf,
      Operand<TString> record,
      Operand<TInt64> number,
      List<Operand<?>> arrays,
      Draws draws) {
    StoredImage image =
        new EncodedImage(
            feature(tf, record, layout.image(), tf.constant("")).expect(TString.class));
    Operand<TString> mask =
        hasMasks()
            ? feature(tf, record, layout.mask(), tf.constant("")).expect(TString.class)
            : null;
    if (!hasLabels()) {
      return new StoredExample(image, tf.constant(-1L), mask, draws);
    }
    Operand<TInt64> label =
        feature(tf, record, layout.label(), tf.constant(-1L)).expect(TInt64.class);
    Operand<TBool> missing = tf.math.equal(label, tf.constant(-1L));
    return new StoredExample(
        image,
        tf.select(missing, label, tf.math.add(label, tf.constant(labelOffset))),
        mask,
        draws);
  }

  /** One value of a record. */
  private static Output<?> feature(
      Ops tf, Operand<TString> record, String name, Operand<?> ifMissing) {
    return RecordReads.features(tf, record, Map.of(name, ifMissing)).get(name);
  }
}
