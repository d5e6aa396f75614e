package org.fdistill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import org.fdistill.graph.ModelFiles;
import org.fdistill.graph.Precision;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.model.Endpoints;
import org.fdistill.proto.Normalization;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.proto.TeacherConfig.InputRange;
import org.fdistill.proto.TeacherConfig.Layout;
import org.fdistill.testing.Golden;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

class TeacherTest {
  private static final int SIDE = 4;

  /** A product and a difference in float32 of values up to a few units. */
  private static final float TOLERANCE = 2e-6f;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"tf1-graph", "tf2-functions"})
  void sizesAreKnownBeforeTraining(String name) {
    Teacher teacher = Teacher.open(golden(name).build(), 32);
    assertThat(teacher.name()).isEqualTo(name);
    assertThat(teacher.prefixTokens()).isEqualTo(1);
    assertThat(teacher.grid()).isEqualTo(4);
    assertThat(teacher.width()).isEqualTo(24);
  }

  @Test
  void sizesThatTheModelDoesNotDeclareAreMeasured() {
    MetaGraphDef meta =
        SavedModelFolder.read(Golden.resource("teachers/tf2-functions")).metaGraph();
    SignatureDef signature = meta.getSignatureDefOrThrow("serving_default");
    TensorInfo tokens = signature.getOutputsOrThrow("tokens");
    SignatureDef undeclared =
        signature.toBuilder()
            .putOutputs("tokens", tokens.toBuilder().clearTensorShape().build())
            .build();
    Path path =
        withVariables(
            "undeclared", meta.toBuilder().putSignatureDef("serving_default", undeclared).build());
    Teacher teacher = Teacher.open(TeacherConfig.newBuilder().setPath(path.toString()).build(), 32);
    assertThat(teacher.grid()).isEqualTo(4);
    assertThat(teacher.width()).isEqualTo(24);
  }

  @Test
  void trainingAndValidationShareTheWeightsAndHaveStaticShapes() {
    Teacher teacher = Teacher.open(golden("tf2-functions").build(), 32);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TUint8> batch = tf.zeros(tf.constant(new int[] {2, 32, 32, 3}), TUint8.class);
      Placeholder<TUint8> open =
          tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(-1, 32, 32, 3)));
      Endpoints training = teacher.build(tf.withSubScope("training"), batch);
      Endpoints validation = teacher.build(tf.withSubScope("validation"), open);
      assertThat(training.tokens().shape()).isEqualTo(Shape.of(2, 17, 24));
      assertThat(validation.tokens().shape().asArray()).containsExactly(-1, 17, 24);
      assertThat(training.grid()).isEqualTo(4);
      try (Session session = TestSession.open(graph)) {
        teacher.restore(session);
        try (TUint8 zeros =
                TUint8.tensorOf(Shape.of(2, 32, 32, 3), DataBuffers.of(new byte[2 * 32 * 32 * 3]));
            Result result =
                session
                    .runner()
                    .feed(open, zeros)
                    .fetch(training.tokens())
                    .fetch(validation.tokens())
                    .run()) {
          assertThat(floats(result, 0)).isEqualTo(floats(result, 1));
          assertThat(floats(result, 0)).doesNotContain(0);
        }
      }
    }
  }

  @Test
  void itsOwnConfigKeepsATeacherInFloat32() {
    float[] exact = answer(Teacher.open(golden("tf2-functions").build(), 32), 32, 100);
    TeacherConfig.Builder kept =
        golden("tf2-functions").setPrecision(TeacherConfig.Precision.FLOAT32);
    assertThat(answer(Teacher.open(kept.build(), 32, Precision.BFLOAT16), 32, 100))
        .isEqualTo(exact);
    TeacherConfig asRun = golden("tf2-functions").build();
    assertThat(answer(Teacher.open(asRun, 32, Precision.BFLOAT16), 32, 100)).isNotEqualTo(exact);
  }

  @Test
  void noGradientFlowsIntoATeacher() {
    Teacher teacher = Teacher.open(config(patches("plain", TFloat32.class)).build(), SIDE);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TUint8> images = tf.zeros(tf.constant(new int[] {1, SIDE, SIDE, 3}), TUint8.class);
      assertThat(teacher.build(tf, images).tokens().op().type()).isEqualTo("StopGradient");
    }
  }

  @Test
  void imagesAreNormalisedAsTheTeacherWasTrained() {
    Normalization own =
        Normalization.newBuilder()
            .addMean(0.5f)
            .addMean(0.25f)
            .addMean(0)
            .addStd(0.5f)
            .addStd(0.25f)
            .addStd(2)
            .build();
    float[] tokens = answer(config(patches("own", TFloat32.class)).setNormalization(own), 51);
    assertThat(tokens[0]).isEqualTo((0.2f - 0.5f) / 0.5f, within(TOLERANCE));
    assertThat(tokens[1]).isEqualTo((0.2f - 0.25f) / 0.25f, within(TOLERANCE));
    assertThat(tokens[2]).isEqualTo(0.1f, within(TOLERANCE));
  }

  @Test
  void withoutANormalizationItIsImageNets() {
    float[] tokens = answer(config(patches("imagenet", TFloat32.class)), 255);
    assertThat(tokens[0]).isEqualTo((1 - 0.485f) / 0.229f, within(TOLERANCE));
    assertThat(tokens[1]).isEqualTo((1 - 0.456f) / 0.224f, within(TOLERANCE));
    assertThat(tokens[2]).isEqualTo((1 - 0.406f) / 0.225f, within(TOLERANCE));
  }

  @ParameterizedTest
  @EnumSource(
      value = InputRange.class,
      names = {"ZERO_ONE", "BYTES"})
  void rangesWithoutNormalisationAreScaledAlone(InputRange range) {
    float[] tokens =
        answer(config(patches(range.name(), TFloat32.class)).setInputRange(range), 102);
    float expected = range == InputRange.BYTES ? 102 : 0.4f;
    assertThat(tokens).containsOnly(new float[] {expected}, within(TOLERANCE));
  }

  @Test
  void aTeacherOfBytesGetsBytes() {
    Path path = patches("bytes", TUint8.class);
    assertThat(answer(config(path).setInputRange(InputRange.BYTES), 7)).containsOnly(7);
    assertThat(answer(config(path).setInputRange(InputRange.BYTES).setName("again"), 201))
        .containsOnly(201);
  }

  @Test
  void aTeacherOfIntegersGetsIntegers() {
    Path path = patches("integers", TInt32.class);
    assertThat(answer(config(path).setInputRange(InputRange.BYTES), 7)).containsOnly(7);
  }

  @Test
  void aTeacherOfAnotherSizeGetsResizedImages() {
    TeacherConfig.Builder config =
        config(patches("resized", TFloat32.class))
            .setImageSize(SIDE)
            .setInputRange(InputRange.BYTES);
    Teacher teacher = Teacher.open(config.build(), 2 * SIDE);
    assertThat(answer(teacher, 2 * SIDE, 90))
        .hasSize(4 * 12)
        .containsOnly(new float[] {90}, within(1e-4f));
  }

  @Test
  void aFeatureMapIsReadRowByRow() {
    Path path =
        ModelFiles.frozen(
            folder.resolve("map"),
            Shape.of(-1, SIDE, SIDE, 3),
            (tf, images) -> {
              Operand<TFloat32> map =
                  tf.constant(new float[][][][] {{{{1, 10}, {2, 20}}, {{3, 30}, {4, 40}}}});
              Operand<TFloat32> zero = tf.math.mul(tf.nn.spaceToDepth(images, 2L), tf.constant(0f));
              Operand<TFloat32> thin =
                  tf.slice(zero, tf.constant(new int[4]), tf.constant(new int[] {-1, 2, 2, 2}));
              return ModelFiles.outputs("map", tf.math.add(thin, map));
            });
    Teacher teacher = Teacher.open(config(path).setLayout(Layout.FEATURE_MAP).build(), SIDE);
    assertThat(teacher.prefixTokens()).isZero();
    assertThat(teacher.grid()).isEqualTo(2);
    assertThat(answer(teacher, SIDE, 0)).containsExactly(1, 10, 2, 20, 3, 30, 4, 40);
  }

  @Test
  void theFileBesideTheModelDescribesItAndTheRunsConfigWins() throws Exception {
    Path path = patches("described", TFloat32.class);
    Files.writeString(
        path.resolve("teacher.txtpb"),
        """
        name: "patches" prefix_tokens: 0 input_range: BYTES licence: "CC0" trust: true
        normalization { mean: [0, 0, 0] std: [1, 1, 1] }
        """);
    TeacherConfig.Builder config = TeacherConfig.newBuilder().setPath(path.toString());
    TeacherConfig described = Teacher.open(config.build(), SIDE).description();
    assertThat(described.getName()).isEqualTo("patches");
    assertThat(described.getInputRange()).isEqualTo(InputRange.BYTES);
    assertThat(described.getLicence()).isEqualTo("CC0");
    assertThat(described.getNormalization().getStdList()).containsExactly(1f, 1f, 1f);
    assertThat(described.getTrust()).as("trust is not the model's to give").isFalse();

    config.setInputRange(InputRange.ZERO_ONE);
    config.getNormalizationBuilder().addMean(.5f).addMean(.5f).addMean(.5f);
    TeacherConfig over = Teacher.open(config.build(), SIDE).description();
    assertThat(over.getInputRange()).isEqualTo(InputRange.ZERO_ONE);
    assertThat(over.getNormalization().getMeanList()).containsExactly(.5f, .5f, .5f);
  }

  @Test
  void tensorsOfTheGraphCanBeNamed() {
    TeacherConfig.Builder config =
        golden("tf1-graph").setSignature("none").setInput("images:0").setOutput("tokens:0");
    assertThat(Teacher.open(config.build(), 32).grid()).isEqualTo(4);
  }

  @Test
  void theHighestVersionOfAParentFolderIsTaken() throws Exception {
    patches("versions/2", TFloat32.class);
    patches("versions/10", TFloat32.class);
    Files.createDirectories(folder.resolve("versions/11"));
    Teacher teacher = Teacher.open(config(folder.resolve("versions")).build(), SIDE);
    assertThat(teacher.name()).isEqualTo("versions");
    assertThat(SavedModelFolder.read(folder.resolve("versions")).path()).hasFileName("10");
  }

  /** A model that gives its 2 by 2 patches of 2 by 2 pixels as they are: [B, 4, 12]. */
  private Path patches(String name, Class<? extends TType> type) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<? extends TType> images =
          tf.withName("images").placeholder(type, Placeholder.shape(Shape.of(-1, SIDE, SIDE, 3)));
      Operand<TFloat32> pixels = tf.dtypes.cast(images, TFloat32.class);
      Operand<TFloat32> tokens =
          tf.reshape(tf.nn.spaceToDepth(pixels, 2L), tf.constant(new int[] {-1, 4, 12}));
      return ModelFiles.write(
          folder.resolve(name),
          graph,
          ModelFiles.outputs("images", images),
          ModelFiles.outputs("tokens", tokens));
    }
  }

  private Path withVariables(String name, MetaGraphDef meta) {
    Path path = ModelFiles.write(folder.resolve(name), meta);
    Path from = Golden.resource("teachers/tf2-functions/variables");
    try {
      Files.createDirectories(path.resolve("variables"));
      for (String file : new String[] {"variables.index", "variables.data-00000-of-00001"}) {
        Files.copy(from.resolve(file), path.resolve("variables").resolve(file));
      }
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return path;
  }

  private static TeacherConfig.Builder golden(String name) {
    return TeacherConfig.newBuilder().setPath(Golden.resource("teachers/" + name).toString());
  }

  private static TeacherConfig.Builder config(Path path) {
    return TeacherConfig.newBuilder().setPath(path.toString()).setPrefixTokens(0);
  }

  private static float[] answer(TeacherConfig.Builder config, int pixel) {
    return answer(Teacher.open(config.build(), SIDE), SIDE, pixel);
  }

  /** The tokens of one image whose pixels all have one value. */
  private static float[] answer(Teacher teacher, int side, int pixel) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TUint8> images =
          tf.fill(
              tf.constant(new int[] {1, side, side, 3}),
              tf.dtypes.cast(tf.constant(pixel), TUint8.class));
      Output<TFloat32> tokens = teacher.build(tf, images).tokens().asOutput();
      try (Session session = TestSession.open(graph)) {
        teacher.restore(session);
        try (Result result = session.runner().fetch(tokens).run()) {
          return floats(result, 0);
        }
      }
    }
  }

  private static float[] floats(Result result, int index) {
    TFloat32 tensor = (TFloat32) result.get(index);
    float[] values = new float[(int) tensor.size()];
    tensor.copyTo(DataBuffers.of(values, false, false));
    return values;
  }
}
