package org.fdistill.data.augment;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.fdistill.proto.Interpolation;
import org.fdistill.testing.Golden;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/** RandAugment's operations against timm's on the same parameters. */
final class OperationTest {
  private static final Golden GOLDEN = Golden.open("augment/operations");
  private static final List<Operation> ALL = List.of(Operation.values());
  private static final List<Integer> FILL = List.of(124, 116, 104);

  private static final Set<Operation> GEOMETRY =
      EnumSet.range(Operation.SHEAR_X, Operation.TRANSLATE_Y);

  static {
    GEOMETRY.add(Operation.ROTATE);
  }

  /**
   * Of values of geometry, how many may be off, and then by one: PIL sums in double, so that a sum
   * that is a whole number may be cut off to the one below. All else is exact.
   */
  private static final double OFF = 0.005;

  private static List<String> names() {
    return GOLDEN.description().getAsJsonArray("operations").asList().stream()
        .map(JsonElement::getAsString)
        .toList();
  }

  @Test
  void theOperationsAreTimmsInTimmsOrder() {
    assertThat(names().stream().map(n -> n.replaceAll("Increasing|Rel", "")).toList())
        .isEqualTo(Arrays.stream(Operation.values()).map(OperationTest::camelCase).toList());
  }

  private static String camelCase(Operation operation) {
    StringBuilder name = new StringBuilder();
    for (String word : operation.name().split("_", -1)) {
      name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return name.toString().replace("Colour", "Color");
  }

  @TestFactory
  Stream<DynamicTest> pixelsAreTimms() {
    return Stream.of("picture", "odd", "tiny")
        .flatMap(image -> Stream.of(Interpolation.values()).map(i -> List.of(image, i)))
        .map(
            of ->
                DynamicTest.dynamicTest(
                    of.toString(), () -> compare((String) of.get(0), (Interpolation) of.get(1))));
  }

  /** All cases of an image in one graph, each through the choice among all operations. */
  private static void compare(String image, Interpolation interpolation) {
    List<JsonObject> cases = new ArrayList<>();
    for (JsonElement c : GOLDEN.description().getAsJsonArray("cases")) {
      JsonObject object = c.getAsJsonObject();
      if (object.get("image").getAsString().equals(image)
          && object.get("interpolation").getAsString().equals(interpolation.name())) {
        cases.add(object);
      }
    }
    assertThat(cases).isNotEmpty();
    RandAugment augment = new RandAugment(9, 0.5, 2, 0.5, new Affine(interpolation, FILL));
    Shape shape = Shape.of(GOLDEN.array("image/" + image).shape());
    try (Graph graph = new Graph();
        TUint8 fed =
            TUint8.tensorOf(shape, DataBuffers.of(GOLDEN.array("image/" + image).bytes()))) {
      Ops tf = Ops.create(graph);
      Placeholder<TUint8> pixels = tf.placeholder(TUint8.class, Placeholder.shape(shape));
      Placeholder<TInt32> choice = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
      Placeholder<TFloat64> magnitude =
          tf.placeholder(TFloat64.class, Placeholder.shape(Shape.scalar()));
      Placeholder<TFloat64> sign =
          tf.placeholder(TFloat64.class, Placeholder.shape(Shape.scalar()));
      Operand<TUint8> out =
          augment.inOrder(tf, pixels, List.of(new RandAugment.Drawn(choice, magnitude, sign)));
      try (Session session = TestSession.open(graph)) {
        for (JsonObject c : cases) {
          Operation operation = ALL.get(names().indexOf(c.get("operation").getAsString()));
          try (TInt32 index = TInt32.scalarOf(ALL.indexOf(operation));
              TFloat64 m = TFloat64.scalarOf(c.get("magnitude").getAsDouble());
              TFloat64 s = TFloat64.scalarOf(c.get("sign").getAsDouble());
              Result result =
                  session
                      .runner()
                      .feed(pixels, fed)
                      .feed(choice, index)
                      .feed(magnitude, m)
                      .feed(sign, s)
                      .fetch(out)
                      .run()) {
            check(c.get("key").getAsString(), operation, ImageRun.bytes((TUint8) result.get(0)));
          }
        }
      }
    }
  }

  private static void check(String key, Operation operation, byte[] actual) {
    byte[] expected = GOLDEN.array("result/" + key).bytes();
    if (!GEOMETRY.contains(operation)) {
      assertThat(actual).as(key).isEqualTo(expected);
      return;
    }
    assertThat(ImageRun.difference(actual, expected)).as(key).isLessThanOrEqualTo(OFF);
  }
}
