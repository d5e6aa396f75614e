package org.fdistill.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.fdistill.data.augment.EncodedImage;
import org.fdistill.proto.ImageFolderSource;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;

/** The image files of a folder, in the order of {@link ImageFolder}. */
final class ImageFolderExamples implements ExampleSource {
  private final ImageFolder folder;

  private ImageFolderExamples(ImageFolder folder) {
    this.folder = folder;
  }

  static ImageFolderExamples open(ImageFolderSource config) {
    return new ImageFolderExamples(ImageFolder.scan(config.getPath()));
  }

  @Override
  public long size() {
    return folder.files().size();
  }

  @Override
  public String name(long index) {
    return folder.files().get((int) index).toString();
  }

  @Override
  public boolean hasLabels() {
    return !folder.classNames().isEmpty();
  }

  @Override
  public List<String> classNames() {
    return folder.classNames();
  }

  @Override
  public Optional<byte[]> read(long index) throws IOException {
    return Optional.of(Files.readAllBytes(folder.files().get((int) index)));
  }

  @Override
  public List<Path> files() {
    return folder.files();
  }

  @Override
  public String leftOut() {
    return folder.leftOut();
  }

  @Override
  public List<IndexArray> indexArrays() {
    return List.of(
        new IndexArray("paths", TString.class, () -> PathBytes.tensor(folder.files())),
        new IndexArray(
            "labels", TInt64.class, () -> TInt64.tensorOf(StdArrays.ndCopyOf(folder.labels()))));
  }

  @Override
  public StoredExample example(
      Ops tf, Operand<TInt64> index, List<Operand<?>> arrays, Draws draws) {
    Operand<TInt64> axis = tf.constant(0L);
    Operand<TString> path = tf.gather(arrays.get(0).asOutput().expect(TString.class), index, axis);
    return new StoredExample(
        new EncodedImage(tf.io.readFile(path)),
        tf.gather(arrays.get(1).asOutput().expect(TInt64.class), index, axis),
        draws);
  }
}
