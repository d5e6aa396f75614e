package org.fdistill.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.TextFormat;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.fdistill.proto.RunConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.EagerSession;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** What an export answers to requests that are wrong, in whole or in part. */
class ServingRequestsTest {
  private static final int SIDE = TrainedRuns.SIDE;

  private static final String VIT =
      "vit { image_size: 28 patch_size: 7 width: 16 depth: 1 heads: 2 class_token: %s }";
  private static final String SWIN =
      "swin { image_size: 28 patch_size: 7 window: 2 width: 16 depths: [2] heads: [2] }";

  @TempDir static Path folder;

  /** Each model is exported once. */
  private static final Map<String, Path> EXPORTS = new TreeMap<>();

  /** Each of these but the first had an answer: of four images, of one, of two. */
  @ParameterizedTest
  @CsvSource({
    "true, 1, 56, 56",
    "false, 1, 56, 56",
    "false, 2, 14, 28",
    "false, 1, 28, 56",
    "swin, 1, 56, 56",
    "swin, 2, 14, 28",
    "swin, 1, 56, 28"
  })
  void imagesOfAnotherSizeAreRefusedInWords(String model, int batch, int height, int width) {
    Path export = export(model.equals("swin") ? SWIN : VIT.formatted(model));
    try (TFloat32 images =
        TFloat32.tensorOf(
            Shape.of(batch, height, width, 3),
            DataBuffers.of(new float[batch * height * width * 3]))) {
      assertThatThrownBy(() -> answer(export, ServingSignature.PIXELS, images))
          .hasMessageContainingAll(
              "[" + batch + "," + height + "," + width + ",3]",
              "[?,28,28,3]",
              "images_must_be_28_high_and_28_wide");
    }
  }

  @Test
  void filesMustBeOneAnImage() {
    Path export = export(VIT.formatted(true));
    try (TString files = files(new byte[][] {png(1)});
        TString scalar = TString.scalarOf("x")) {
      assertThat(answer(export, ServingSignature.FILES, files)).containsKey("tokens");
      assertThatThrownBy(() -> answer(export, ServingSignature.FILES, scalar))
          .hasMessageContaining("bytes_must_be_one_file_an_image");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false", "swin"})
  void aBrokenFileSpoilsItsOwnAnswerAlone(String model) {
    Path export = export(model.equals("swin") ? SWIN : VIT.formatted(model));
    byte[] cut = Arrays.copyOf(png(3), 500);
    byte[][] batch = {png(1), {1, 2, 3}, png(2), cut, new byte[0]};
    Map<String, float[]> mixed;
    Map<String, float[]> good;
    try (TString files = files(batch);
        TString all = files(new byte[][] {png(1), png(4), png(2), png(5), png(6)})) {
      mixed = answer(export, ServingSignature.FILES, files);
      good = answer(export, ServingSignature.FILES, all);
    }
    assertThat(mixed.remove("decoded")).containsExactly(1, 0, 1, 0, 0);
    assertThat(good.remove("decoded")).containsOnly(1);
    mixed.forEach(
        (name, values) -> {
          int row = values.length / 5;
          for (int whole : new int[] {0, 2}) {
            ExportCheck.difference(name, row(good.get(name), row, whole), row(values, row, whole));
          }
          for (int broken : new int[] {1, 3, 4}) {
            assertThat(row(values, row, broken)).as(name).containsOnly(Float.NaN);
          }
        });
  }

  @Test
  void aBatchOfBrokenFilesAndAnEmptyOneAreAnswered() {
    Path export = export(VIT.formatted(true));
    try (TString broken = files(new byte[][] {{1, 2}, {}});
        TString none = TString.tensorOf(NdArrays.ofObjects(String.class, Shape.of(0)))) {
      Map<String, float[]> answer = answer(export, ServingSignature.FILES, broken);
      assertThat(answer.get("decoded")).containsExactly(0, 0);
      assertThat(answer.get("pooled")).hasSize(2 * 16).containsOnly(Float.NaN);
      assertThat(answer(export, ServingSignature.FILES, none).get("pooled")).isEmpty();
    }
  }

  private static Path export(String model) {
    return EXPORTS.computeIfAbsent(model, ServingRequestsTest::newExport);
  }

  private static Path newExport(String model) {
    RunConfig.Builder changed = TrainedRuns.distilled().toBuilder().clearModel();
    try {
      TextFormat.merge(model, changed.getModelBuilder());
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException(model, e);
    }
    RunConfig run = changed.build();
    return SavedModelExporter.export(
            TrainedRuns.write(run, folder.resolve("run" + EXPORTS.size()), 1, Map.of()),
            folder.resolve("export"))
        .path();
  }

  private static Map<String, float[]> answer(Path export, String name, Tensor input) {
    Map<String, float[]> answers = new TreeMap<>();
    try (SavedModelBundle bundle = SavedModelBundle.load(export.toString(), "serve")) {
      SignatureDef signature = bundle.metaGraphDef().getSignatureDefOrThrow(name);
      Session.Runner runner = bundle.session().runner();
      runner.feed(signature.getInputsMap().values().iterator().next().getName(), input);
      Map<String, Integer> order = new TreeMap<>();
      signature
          .getOutputsMap()
          .forEach(
              (output, info) -> {
                order.put(output, order.size());
                runner.fetch(info.getName());
              });
      try (Result result = runner.run()) {
        order.forEach((output, index) -> answers.put(output, floats(result.get(index))));
      }
    }
    return answers;
  }

  private static float[] floats(Tensor tensor) {
    float[] values = new float[(int) tensor.size()];
    if (values.length > 0) {
      ((TFloat32) tensor).copyTo(DataBuffers.of(values, false, false));
    }
    return values;
  }

  private static float[] row(float[] values, int length, int index) {
    return Arrays.copyOfRange(values, index * length, (index + 1) * length);
  }

  private static TString files(byte[][] files) {
    return TString.tensorOfBytes(NdArrays.vectorOfObjects(files));
  }

  private static byte[] png(long seed) {
    byte[] pixels = new byte[SIDE * SIDE * 3];
    new java.util.Random(seed).nextBytes(pixels);
    try (EagerSession eager = EagerSession.create();
        TUint8 image = TUint8.tensorOf(Shape.of(SIDE, SIDE, 3), DataBuffers.of(pixels))) {
      Ops tf = Ops.create(eager);
      return tf.image.encodePng(tf.constantOf(image)).asTensor().asBytes().getObject();
    }
  }
}
