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
import org.fdistill.graph.Variables;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.ImageFolderSource;
import org.fdistill.proto.TfRecordSource;
import org.fdistill.task.knn.NearestNeighbours.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
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
    assertThat(evaluate(data, data, LARGE, new Pixels(1))).containsExactly(new Outcome(1, 70, 70));
  }

  @Test
  void aBankThatIsTooSmallIsARandomSample() throws IOException {
    DataConfig data = records(40);
    assertThat(evaluate(data, data, 10, new Pixels(1))).containsExactly(new Outcome(0.25, 10, 40));
  }

  @Test
  void severalNetworksHaveTheOutcomesOfEachByItself() throws IOException {
    DataConfig data = records(12);
    Outcome right = new Outcome(1, 12, 12);
    Outcome wrong = new Outcome(0, 12, 12);
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

  @Test
  void dataWithoutLabelsIsRefused() throws IOException {
    Path folder = Examples.flatFolder(root.resolve("flat"), 2);
    DataConfig data =
        config().setImageFolder(ImageFolderSource.newBuilder().setPath(folder.toString())).build();
    assertThatThrownBy(() -> evaluate(data, data, LARGE, new Pixels(1)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("train_data has no labels, which kNN needs");
  }

  private static List<Outcome> evaluate(
      DataConfig train, DataConfig validation, int bank, FeatureNetwork... networks) {
    return new NearestNeighbours(train, validation, bank, ConfigProto.getDefaultInstance())
        .evaluate(List.of(networks), 3);
  }

  private DataConfig records(int count) throws IOException {
    Path folder = Examples.records(root.resolve("records"), count, 2);
    return config()
        .setTfrecord(TfRecordSource.newBuilder().addPath(folder.resolve("train*").toString()))
        .build();
  }

  private static DataConfig.Builder config() {
    return DataConfig.newBuilder().setImageSize(SIDE);
  }
}
