package org.fdistill.task.knn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.fdistill.config.UserError;
import org.fdistill.data.Examples;
import org.fdistill.data.tfrecord.TfRecordShards;
import org.fdistill.graph.Variables;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.ImageFolderSource;
import org.fdistill.proto.TfRecordSource;
import org.fdistill.task.knn.NearestNeighbours.Outcome;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

class NearestNeighboursTest {
  private static final int SIDE = 16;
  private static final int LARGE = 1000;

  @TempDir Path root;

  /** Its features are the pixels, around zero; of validation images multiplied by a sign. */
  private static final class Pixels implements FeatureNetwork {
    private final float sign;
    private boolean validation;

    Pixels(float sign) {
      this.sign = sign;
    }

    @Override
    public Operand<TFloat32> features(Ops tf, Variables variables, Operand<TUint8> images) {
      Operand<TFloat32> flat =
          tf.reshape(tf.dtypes.cast(images, TFloat32.class), tf.constant(new int[] {-1, width()}));
      float factor = validation ? sign : 1;
      validation = true;
      return tf.math.mul(tf.math.sub(flat, tf.constant(127.5f)), tf.constant(factor));
    }

    @Override
    public int width() {
      return 3 * SIDE * SIDE;
    }

    @Override
    public Consumer<Session> weights(Ops tf, Variables variables) {
      return session -> {};
    }
  }

  /** Every example has a class of its own: only itself in the bank makes it right. */
  @Test
  void anImageIsItsOwnNearestNeighbour() throws IOException {
    DataConfig data = records(70);
    assertThat(evaluate(data, data, LARGE, new Pixels(1)))
        .containsExactly(new Outcome(List.of(1.0), 70, 70));
  }

  @Test
  void aBankThatIsTooSmallIsARandomSample() throws IOException {
    DataConfig data = records(40);
    assertThat(evaluate(data, data, 10, new Pixels(1)))
        .containsExactly(new Outcome(List.of(0.25), 10, 40));
  }

  @Test
  void severalNetworksHaveTheOutcomesOfEachByItself() throws IOException {
    DataConfig data = records(12);
    Outcome right = new Outcome(List.of(1.0), 12, 12);
    Outcome wrong = new Outcome(List.of(0.0), 12, 12);
    assertThat(evaluate(data, data, LARGE, new Pixels(-1))).containsExactly(wrong);
    assertThat(evaluate(data, data, LARGE, new Pixels(1), new Pixels(-1), new Pixels(1)))
        .containsExactly(right, wrong, right);
  }

  /** All similarities are below zero, which an empty row would have. */
  @Test
  void rowsOfUnreadableImagesAreNoNeighbours() throws IOException {
    Path folder = root.resolve("folder");
    for (int label = 0; label < 2; label++) {
      Path images = Files.createDirectories(folder.resolve("class" + label));
      byte[] image = Examples.image(label, SIDE, SIDE, "png");
      for (int i = 0; i < 3; i++) {
        Files.write(images.resolve(i + ".png"), image);
      }
    }
    Files.write(folder.resolve("class0/1.png"), new byte[] {1, 2, 3});
    DataConfig data =
        config().setImageFolder(ImageFolderSource.newBuilder().setPath(folder.toString())).build();
    List<Outcome> outcomes = evaluate(data, data, LARGE, new Pixels(-1));
    assertThat(outcomes).extracting(Outcome::bank).containsExactly(5);
    assertThat(outcomes).extracting(Outcome::queries).containsExactly(5);
  }

  /** The bank holds one image three times: once rightly labelled, twice not. */
  @Test
  void moreNeighboursCanOutvoteTheFirst() throws IOException {
    DataConfig bank = records(sameImage("bank", 0, 1, 1));
    DataConfig query = records(sameImage("query", 0));
    NearestNeighbours knn =
        new NearestNeighbours(bank, query, LARGE, List.of(3, 1, 50, 2), TestSession.settings());
    // Of two equal votes the first neighbour's counts; 50 neighbours are no more than there are.
    assertThat(knn.evaluate(List.of(new Pixels(1)), 3))
        .containsExactly(new Outcome(List.of(0.0, 1.0, 0.0, 1.0), 3, 1));
  }

  private Path sameImage(String name, long... labels) throws IOException {
    Path folder = root.resolve(name);
    try (TfRecordShards out = new TfRecordShards(folder, "train", 1)) {
      for (long label : labels) {
        out.write(
            0, Examples.example("image", Examples.image(1, SIDE, SIDE, "png"), "label", label));
      }
      out.commit();
    }
    return folder;
  }

  @Test
  void dataWithoutLabelsIsRefused() throws IOException {
    Path folder = Examples.flatFolder(root.resolve("flat"), 2);
    DataConfig data =
        config().setImageFolder(ImageFolderSource.newBuilder().setPath(folder.toString())).build();
    assertThatThrownBy(() -> evaluate(data, data, LARGE, new Pixels(1)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("train_data has no labels, which kNN needs");
  }

  /**
   * Each set numbers its classes from 0: the same class has another number where one is missing.
   */
  @Test
  void classesAreMatchedByName() throws IOException {
    DataConfig train = classes("train", "n0", "n1", "n2", "n3");
    assertThat(evaluate(train, classes("some", "n1", "n2", "n3"), LARGE, new Pixels(1)))
        .containsExactly(new Outcome(List.of(1.0), 4, 3));
    DataConfig other = classes("other", "n1", "n4");
    assertThatThrownBy(() -> evaluate(train, other, LARGE, new Pixels(1)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("4 classes (n0, n1, n2, n3)")
        .hasMessageContaining("2 classes (n1, n4)");
  }

  /** One image for each class, the same wherever the class is. */
  private DataConfig classes(String name, String... classes) throws IOException {
    Path folder = root.resolve(name);
    for (String one : classes) {
      Path images = Files.createDirectories(folder.resolve(one));
      Files.write(images.resolve("a.png"), Examples.image(one.hashCode(), SIDE, SIDE, "png"));
    }
    return config()
        .setImageFolder(ImageFolderSource.newBuilder().setPath(folder.toString()))
        .build();
  }

  @Test
  void labelsThatAreNoneAreNamedWithTheirRecord() throws IOException {
    DataConfig good = labels("good", 0, 1, 2);
    for (long label : new long[] {-2, -1, 2_000_000_000L, Long.MAX_VALUE}) {
      DataConfig bad = labels("bad" + label, 0, 1, label);
      String found = label == -1 ? "no label, or -1" : "label " + label;
      boolean inBank = label % 2 == 0;
      DataConfig bank = inBank ? bad : good;
      DataConfig queries = inBank ? good : bad;
      assertThatThrownBy(() -> evaluate(bank, queries, LARGE, new Pixels(1)))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("train-00000-of-00001.tfrecord record 2 (byte ")
          .hasMessageContaining("): " + found + ", expected 0 to ");
    }
  }

  @Test
  void largeLabelsAreClassesLikeOthers() throws IOException {
    DataConfig data = labels("large", 5, 16_000_000, 1);
    assertThat(evaluate(data, data, LARGE, new Pixels(1)))
        .containsExactly(new Outcome(List.of(1.0), 3, 3));
  }

  @Test
  void aBankWithoutReadableImagesIsAnError() throws IOException {
    DataConfig good = labels("good", 0);
    Path folder = root.resolve("bad");
    try (TfRecordShards out = new TfRecordShards(folder, "train", 1)) {
      out.write(0, Examples.example("image", new byte[] {1}, "label", 0));
      out.commit();
    }
    assertThatThrownBy(() -> evaluate(records(folder), good, LARGE, new Pixels(1)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("None of the first 1 images can be read");
  }

  /** An image for each label; no two are alike. */
  private DataConfig labels(String name, long... labels) throws IOException {
    Path folder = root.resolve(name);
    try (TfRecordShards out = new TfRecordShards(folder, "train", 1)) {
      for (int i = 0; i < labels.length; i++) {
        out.write(
            0, Examples.example("image", Examples.image(i, SIDE, SIDE, "png"), "label", labels[i]));
      }
      out.commit();
    }
    return records(folder);
  }

  private static List<Outcome> evaluate(
      DataConfig train, DataConfig validation, int bank, FeatureNetwork... networks) {
    return new NearestNeighbours(train, validation, bank, List.of(20), TestSession.settings())
        .evaluate(List.of(networks), 3);
  }

  private DataConfig records(int count) throws IOException {
    return records(Examples.records(root.resolve("records"), count, 2));
  }

  private static DataConfig records(Path folder) {
    return config()
        .setTfrecord(TfRecordSource.newBuilder().addPath(folder.resolve("train*").toString()))
        .build();
  }

  private static DataConfig.Builder config() {
    return DataConfig.newBuilder().setImageSize(SIDE);
  }
}
