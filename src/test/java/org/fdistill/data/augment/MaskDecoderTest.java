package org.fdistill.data.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import org.fdistill.testing.Golden;
import org.fdistill.testing.NpyArray;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** Masks as PIL writes and reads them. */
final class MaskDecoderTest {
  private static final Golden GOLDEN = Golden.open("augment/masks");

  private static Graph graph;
  private static Session session;
  private static Placeholder<TString> file;
  private static Operand<TUint8> mask;

  @BeforeAll
  static void build() {
    graph = new Graph();
    Ops tf = Ops.create(graph);
    file = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    mask = MaskDecoder.decode(tf, file);
    session = TestSession.open(graph);
  }

  @AfterAll
  static void close() {
    session.close();
    graph.close();
  }

  private static byte[] decode(String name, long... shape) {
    byte[] bytes = GOLDEN.array("file/" + name).bytes();
    try (TString fed = TString.tensorOfBytes(NdArrays.scalarOfObject(bytes));
        Result result = session.runner().feed(file, fed).fetch(mask).run()) {
      assertThat(result.get(0).shape()).isEqualTo(Shape.of(shape));
      return ImageRun.bytes((TUint8) result.get(0));
    }
  }

  @TestFactory
  List<DynamicTest> numbersAreReadWhateverTheirColours() {
    return GOLDEN.description().getAsJsonArray("good").asList().stream()
        .map(JsonElement::getAsString)
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name,
                    () -> {
                      NpyArray numbers = GOLDEN.array("numbers/" + name);
                      assertThat(decode(name, numbers.shape())).isEqualTo(numbers.bytes());
                    }))
        .toList();
  }

  /** The number of bits that a file has, so that the goldens hold what their names say. */
  @Test
  void theGoldensHaveAllDepths() {
    assertThat(List.of("palette1", "palette2", "palette4", "palette8"))
        .extracting(name -> (int) GOLDEN.array("file/" + name).bytes()[24])
        .containsExactly(1, 2, 4, 8);
  }

  @TestFactory
  List<DynamicTest> othersAreRefusedInWords() {
    return GOLDEN.description().getAsJsonArray("bad").asList().stream()
        .map(JsonElement::getAsJsonObject)
        .map(c -> DynamicTest.dynamicTest(c.toString(), () -> refuses(c)))
        .toList();
  }

  private static void refuses(JsonObject c) {
    assertThatThrownBy(() -> decode(c.get("name").getAsString()))
        .hasMessageContaining(c.get("words").getAsString());
  }

  @Test
  void zeroBecomesNoClass() {
    byte[] reduced =
        ImageRun.results(
            tf ->
                List.of(
                    MaskDecoder.reduceZeroLabel(
                        tf,
                        tf.dtypes.cast(
                            tf.constant(new int[] {0, 1, 2, 150, 254, 255}), TUint8.class))),
            tensors -> ImageRun.bytes((TUint8) tensors.get(0)));
    assertThat(reduced)
        .containsExactly((byte) 255, (byte) 0, (byte) 1, (byte) 149, (byte) 253, (byte) 255);
  }
}
