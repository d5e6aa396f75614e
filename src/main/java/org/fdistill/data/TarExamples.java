package org.fdistill.data;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.fdistill.config.UserError;
import org.fdistill.data.augment.EncodedImage;
import org.fdistill.data.tar.TarExample;
import org.fdistill.data.tar.TarIndex;
import org.fdistill.data.tfrecord.FilePatterns;
import org.fdistill.graph.FileRanges;
import org.fdistill.proto.TarSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/** Images in tar files, read at their places. */
final class TarExamples implements ExampleSource, RunReader {
  private final List<Path> files;
  private final List<TarIndex> indexes;
  private final List<TarExample> examples = new ArrayList<>();
  private final int[] firstOfFile;
  private final TarLabels labels;

  private TarExamples(TarSource config, List<Path> files, List<TarIndex> indexes) {
    this.files = files;
    this.indexes = indexes;
    this.firstOfFile = new int[files.size() + 1];
    for (int f = 0; f < files.size(); f++) {
      examples.addAll(indexes.get(f).examples());
      firstOfFile[f + 1] = examples.size();
    }
    if (examples.isEmpty()) {
      throw UserError.input(
          "No images in the %d tar files of %s.%s Expected members that end with .jpg, .jpeg, .png,"
                  .formatted(files.size(), config.getPathList(), notRead())
              + " .bmp or .gif.");
    }
    this.labels = TarLabels.of(config, files, examples);
  }

  private String notRead() {
    return leftOut().isEmpty() ? "" : " Not read: " + leftOut() + ".";
  }

  /**
   * Opens the files of a config; those that have no index yet are gone through for it, several at a
   * time.
   *
   * @throws UserError where one is missing or no whole tar file, or they hold no images
   */
  static TarExamples open(TarSource config) {
    if (config.getPathCount() == 0) {
      throw UserError.usage("tar: path is not set. Name files, such as data/train-*.tar.");
    }
    List<Path> files = FilePatterns.resolve(TarIndexes.patterns(config));
    Path root = TarIndexes.folder(config);
    List<TarIndex> indexes = files.parallelStream().map(file -> TarIndex.open(file, root)).toList();
    return new TarExamples(config, files, indexes);
  }

  @Override
  public long size() {
    return examples.size();
  }

  private int fileOf(long number) {
    int file = 0;
    while (firstOfFile[file + 1] <= number) {
      file++;
    }
    return file;
  }

  @Override
  public String name(long number) {
    TarExample example = examples.get((int) number);
    return "%s member %s (byte %d)"
        .formatted(files.get(fileOf(number)), example.name(), example.range().offset());
  }

  @Override
  public boolean hasLabels() {
    return labels.any();
  }

  @Override
  public List<String> classNames() {
    return labels.classNames();
  }

  @Override
  public String labelProblem(long number) {
    return labels.problem((int) number);
  }

  @Override
  public Optional<byte[]> read(long number) throws IOException {
    FileRanges.Range range = examples.get((int) number).range();
    try (FileChannel channel = FileChannel.open(files.get(fileOf(number)))) {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(range.size()));
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, range.offset() + bytes.position()) < 0) {
          throw new EOFException("the file ends before byte " + (range.offset() + range.size()));
        }
      }
      CRC32C crc = new CRC32C();
      crc.update(bytes.array());
      if ((int) crc.getValue() != range.crc()) {
        throw new IOException("its bytes are not those that were there when it was indexed");
      }
      return Optional.of(bytes.array());
    }
  }

  @Override
  public List<Path> files() {
    return files;
  }

  @Override
  public String leftOut() {
    SortedMap<String, Long> all = new TreeMap<>();
    indexes.forEach(index -> index.leftOut().forEach((k, n) -> all.merge(k, n, Long::sum)));
    long members = all.values().stream().mapToLong(Long::longValue).sum();
    return all.isEmpty()
        ? ""
        : all.entrySet().stream()
            .map(kind -> kind.getValue() + " " + kind.getKey())
            .collect(Collectors.joining(", ", members + " members: ", ""));
  }

  @Override
  public List<IndexArray> indexArrays() {
    return List.of(
        new IndexArray("prefixes", TString.class, () -> PathBytes.tensor(prefixes())),
        new IndexArray("prefix_of", TInt32.class, this::prefixOf),
        new IndexArray("number_in_file", TInt64.class, this::numberInFile),
        new IndexArray(
            "labels", TInt64.class, () -> TInt64.tensorOf(StdArrays.ndCopyOf(labels.values()))));
  }

  private List<Path> prefixes() {
    return indexes.stream().map(TarIndex::ranges).flatMap(Collection::stream).toList();
  }

  private TInt32 prefixOf() {
    int[] prefixOf = new int[examples.size()];
    int first = 0;
    for (int f = 0; f < files.size(); f++) {
      for (int i = firstOfFile[f]; i < firstOfFile[f + 1]; i++) {
        prefixOf[i] = first + (i - firstOfFile[f]) / FileRanges.MOST;
      }
      first += indexes.get(f).ranges().size();
    }
    return TInt32.tensorOf(StdArrays.ndCopyOf(prefixOf));
  }

  private TInt64 numberInFile() {
    long[] numbers = new long[examples.size()];
    for (int f = 0; f < files.size(); f++) {
      for (int i = firstOfFile[f]; i < firstOfFile[f + 1]; i++) {
        numbers[i] = Math.floorMod(i - firstOfFile[f], FileRanges.MOST);
      }
    }
    return TInt64.tensorOf(StdArrays.ndCopyOf(numbers));
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
    List<Long> firsts = new ArrayList<>();
    for (int f = 0; f < files.size(); f++) {
      if (firstOfFile[f] < firstOfFile[f + 1]) {
        firsts.add((long) firstOfFile[f]);
      }
    }
    return firsts.stream().mapToLong(Long::longValue).toArray();
  }

  @Override
  public boolean frontToBack() {
    return false;
  }

  /** One read for each image; they lie one after the other. */
  @Override
  public Operand<? extends TType> run(
      Ops tf, Operand<TInt64> first, Operand<TInt64> count, List<Operand<?>> arrays) {
    return DatasetOps.range(tf, "tar_run", first, tf.math.add(first, count))
        .map(
            arrays,
            List.of(TString.class),
            (ops, in) ->
                List.of(
                    stored(
                        ops,
                        in.get(0).expect(TInt64.class),
                        new ArrayList<>(in.subList(1, in.size())))))
        .dataset();
  }

  @Override
  public Operand<TString> stored(Ops tf, Operand<TInt64> number, List<Operand<?>> arrays) {
    Operand<TInt64> axis = tf.constant(0L);
    Operand<TInt32> prefix = tf.gather(arrays.get(1).asOutput().expect(TInt32.class), number, axis);
    return FileRanges.read(
        tf,
        tf.gather(arrays.get(0).asOutput().expect(TString.class), prefix, axis),
        tf.gather(arrays.get(2).asOutput().expect(TInt64.class), number, axis));
  }

  @Override
  public StoredExample example(
      Ops tf,
      Operand<TString> image,
      Operand<TInt64> number,
      List<Operand<?>> arrays,
      Draws draws) {
    Operand<TInt64> label =
        tf.gather(arrays.get(3).asOutput().expect(TInt64.class), number, tf.constant(0L));
    return new StoredExample(new EncodedImage(image), label, draws);
  }
}
