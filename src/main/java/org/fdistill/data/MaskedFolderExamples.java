package org.fdistill.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.fdistill.data.augment.EncodedImage;
import org.fdistill.proto.SegmentationFolderSource;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;

/** The images and masks of a {@link MaskedFolder}. */
final class MaskedFolderExamples implements ExampleSource {
  private final MaskedFolder folder;

  private MaskedFolderExamples(MaskedFolder folder) {
    this.folder = folder;
  }

  static MaskedFolderExamples open(SegmentationFolderSource config) {
    return new MaskedFolderExamples(MaskedFolder.scan(config.getPath(), config.getSplit()));
  }

  @Override
  public long size() {
    return folder.images().size();
  }

  @Override
  public String name(long index) {
    return folder.images().get((int) index).toString();
  }

  @Override
  public boolean hasLabels() {
    return false;
  }

  @Override
  public boolean hasMasks() {
    return true;
  }

  @Override
  public List<String> classNames() {
    return folder.classNames();
  }

  @Override
  public Optional<byte[]> read(long index) throws IOException {
    return Optional.of(Files.readAllBytes(folder.images().get((int) index)));
  }

  @Override
  public String maskProblem(long index) {
    Path mask = folder.masks().get((int) index);
    try {
      byte[] image = Files.readAllBytes(folder.images().get((int) index));
      return MaskFile.problem("its mask " + mask, Files.readAllBytes(mask), image);
    } catch (IOException e) {
      return "its mask " + mask + ": " + UnreadableReason.of(e);
    }
  }

  @Override
  public List<Path> files() {
    return Stream.concat(folder.images().stream(), folder.masks().stream()).toList();
  }

  @Override
  public String leftOut() {
    return folder.leftOut();
  }

  @Override
  public List<IndexArray> indexArrays() {
    return List.of(
        new IndexArray("paths", TString.class, () -> PathBytes.tensor(folder.images())),
        new IndexArray("masks", TString.class, () -> PathBytes.tensor(folder.masks())));
  }

  @Override
  public StoredExample example(
      Ops tf, Operand<TInt64> index, List<Operand<?>> arrays, Draws draws) {
    return new StoredExample(
        new EncodedImage(file(tf, arrays.get(0), index)),
        tf.constant(-1L),
        file(tf, arrays.get(1), index),
        draws);
  }

  private static Operand<TString> file(Ops tf, Operand<?> paths, Operand<TInt64> index) {
    Operand<TString> path =
        tf.gather(paths.asOutput().expect(TString.class), index, tf.constant(0L));
    return tf.io.readFile(path);
  }
}
