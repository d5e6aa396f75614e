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
import org.fdistill.proto.TfRecordSource;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.Feature;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;

/**
 * Records of tf.Example in uncompressed TFRecord files, read one at a time at their offsets, so
 * that any order costs the same.
 */
final class TfRecordExamples implements ExampleSource {
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

  static TfRecordExamples open(TfRecordSource config) {
    if (config.getPathCount() == 0) {
      throw UserError.usage(
          "tfrecord: path is not set. Name files, such as data/train-*.tfrecord.");
    }
    List<Path> files = FilePatterns.resolve(config.getPathList());
    TfRecordIndex index = TfRecordIndex.scan(files);
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
        new IndexArray("offsets", TInt64.class, index::offsets));
  }

  @Override
  public StoredExample example(
      Ops tf, Operand<TInt64> number, List<Operand<?>> arrays, Draws draws) {
    Operand<TInt64> axis = tf.constant(0L);
    Operand<TString> files = arrays.get(0).asOutput().expect(TString.class);
    Operand<TInt32> fileOf = arrays.get(1).asOutput().expect(TInt32.class);
    Operand<TInt64> offsets = arrays.get(2).asOutput().expect(TInt64.class);
    Operand<TString> file = tf.gather(files, tf.gather(fileOf, number, axis), axis);
    return parse(tf, RecordReads.at(tf, file, tf.gather(offsets, number, axis)), draws);
  }

  /** The image and the label each by itself: where nothing takes the label, nothing looks at it. */
  private StoredExample parse(Ops tf, Operand<TString> record, Draws draws) {
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
