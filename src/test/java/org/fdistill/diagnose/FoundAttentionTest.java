package org.fdistill.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.NoiseSource;
import org.fdistill.testing.Golden;
import org.fdistill.testing.NpyArray;
import org.fdistill.testing.Tolerance;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.core.PlaceholderWithDefault;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** Attention and blocks are found in graphs that others wrote, and are those that they state. */
@Tag("slow")
class FoundAttentionTest {
  private static final Golden GOLDEN = Golden.open("diagnose/models");

  /**
   * Float32 on both sides, kernels of two versions of TensorFlow: a network's eight products of at
   * most 48 terms each, of which no result is larger than some units.
   */
  private static final double BOUND = Tolerance.bound(0, 48 * 8);

  private static Images noise(int side) {
    DataConfig data =
        DataConfig.newBuilder()
            .setNoise(NoiseSource.newBuilder().setExamples(6))
            .setImageSize(side)
            .build();
    return Images.open(data, 6, 3);
  }

  private static Subject subject(String name) {
    return Subjects.open(name, Golden.resource("diagnose/" + name), "last").get(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"keras-vit", "transformers-vit", "own-attention"})
  void theTensorsAreThoseOfTheFramework(String name) {
    try (OpenedModels models = OpenedModels.open(List.of(subject(name)), noise(16), false, null)) {
      Inside inside = models.insides().get(0);
      assertThat(inside.withoutAttention()).isEmpty();
      assertThat(inside.withoutBlocks()).isEmpty();
      assertThat(inside.layers()).hasSize(2);
      List<Operand<TFloat32>> tensors = new ArrayList<>();
      inside.layers().forEach(layer -> tensors.add(layer.attention()));
      inside.layers().forEach(layer -> tensors.add(layer.leaving()));
      List<float[]> found = fetched(models, tensors);
      for (int i = 0; i < 2; i++) {
        equal(found.get(i), GOLDEN.array(name + "/attention/" + i));
        equal(found.get(2 + i), GOLDEN.array(name + "/block/" + i));
      }
    }
  }

  private static void equal(float[] found, NpyArray expected) {
    assertThat(found).hasSize(expected.size());
    assertThat(Tolerance.error(found, expected.doubles())).isLessThan(BOUND);
  }

  private static List<float[]> fetched(OpenedModels models, List<Operand<TFloat32>> tensors) {
    NpyArray images = GOLDEN.array("images");
    try (TUint8 fed =
        TUint8.tensorOf(Shape.of(images.shape()), DataBuffers.of(images.bytes(), true, false))) {
      Session.Runner runner = models.session().runner().feed(images(models), fed);
      tensors.forEach(runner::fetch);
      List<float[]> values = new ArrayList<>();
      try (Result result = runner.run()) {
        result.forEach(entry -> values.add(floats((TFloat32) entry.getValue())));
      }
      return values;
    }
  }

  /** The one placeholder of the graph, before which the images of its pipeline come. */
  private static String images(OpenedModels models) {
    Graph graph = (Graph) models.tf().scope().env();
    List<String> names = new ArrayList<>();
    graph
        .operations()
        .forEachRemaining(
            op -> {
              if (op.type().equals(PlaceholderWithDefault.OP_NAME)) {
                names.add(op.name());
              }
            });
    assertThat(names).hasSize(1);
    return names.get(0);
  }

  private static float[] floats(TFloat32 tensor) {
    float[] values = new float[(int) tensor.size()];
    tensor.asRawTensor().data().asFloats().read(values);
    return values;
  }
}
