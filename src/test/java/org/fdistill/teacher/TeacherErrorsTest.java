package org.fdistill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.fdistill.teacher.RefusedTeachers.assertRefused;
import static org.fdistill.teacher.RefusedTeachers.at;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.fdistill.config.UserError;
import org.fdistill.graph.ModelFiles;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.proto.TeacherConfig.Layout;
import org.fdistill.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/** A test for each mistake with a teacher, under the mistake's name. */
class TeacherErrorsTest {
  private static final Shape IMAGES = Shape.of(-1, 4, 4, 3);

  @TempDir Path folder;

  @Test
  void noPath() {
    assertRefused(TeacherConfig.newBuilder(), "teacher.path is not set", "--set");
  }

  @Test
  void aMissingFolder() {
    assertRefused(at(folder.resolve("absent")), "absent", "no such folder", "saved_model.pb");
  }

  @Test
  void aFileInsteadOfAFolder() throws Exception {
    Path file = Files.writeString(folder.resolve("model.pb"), "x");
    assertRefused(at(file), "model.pb", "this is a file");
  }

  @Test
  void aFolderWithoutAModel() throws Exception {
    Files.writeString(folder.resolve("model.safetensors"), "x");
    assertRefused(at(folder), "no saved_model.pb", "It holds: model.safetensors");
  }

  @Test
  void anUnreadableModel() throws Exception {
    Files.writeString(folder.resolve("saved_model.pb"), "this is no protocol buffer");
    assertRefused(at(folder), "saved_model.pb", "no readable SavedModel", "download it again");
  }

  @Test
  void aModelWithoutAGraphForServing() {
    MetaGraphDef.Builder training = MetaGraphDef.newBuilder();
    training.getMetaInfoDefBuilder().addTags("train");
    ModelFiles.write(folder, training.build());
    assertRefused(at(folder), "tagged \"serve\"", "[train]");
  }

  @Test
  void anUnknownSignature() {
    assertRefused(
        golden("tf2-functions").setSignature("features"),
        "no signature \"features\"",
        "Its signatures are: serving_default",
        "teacher.signature");
  }

  @Test
  void anUnknownInput() {
    assertRefused(
        golden("tf2-functions").setInput("pixels"),
        "no input \"pixels\"",
        "Its inputs are: images float [?, 32, 32, 3]");
  }

  @Test
  void anUnknownOutput() {
    assertRefused(
        golden("tf1-graph").setOutput("nothing:0"),
        "no output \"nothing:0\"",
        "nor has the graph such a tensor",
        "Its outputs are: tokens float [?, 17, 24]");
  }

  @Test
  void severalOutputsWithoutAChoice() {
    Path path =
        frozen(
            (tf, x) -> {
              Map<String, Operand<?>> outputs = new LinkedHashMap<>();
              outputs.put("a", tf.identity(x));
              outputs.put("b", tf.identity(x));
              return outputs;
            });
    assertRefused(at(path), "has 2 outputs", "teacher.output", "a float [?, 4, 4, 3], b float");
  }

  @Test
  void anOutputOfTheWrongRank() {
    Path path =
        frozen(
            (tf, x) ->
                ModelFiles.outputs("pooled", tf.math.mean(x, tf.constant(new int[] {1, 2}))));
    assertRefused(
        at(path),
        "output pooled is [?, 3]",
        "layout TOKENS: [batch, tokens, width]",
        "The model's outputs are: pooled float [?, 3]");
  }

  @Test
  void aMapThatIsReadAsTokens() {
    Path path = frozen((tf, x) -> ModelFiles.outputs("map", tf.identity(x)));
    assertRefused(at(path), "output map is [?, 4, 4, 3]", "Set teacher.layout: FEATURE_MAP");
  }

  @Test
  void tokensThatAreReadAsAMap() {
    assertRefused(
        golden("tf2-functions").setLayout(Layout.FEATURE_MAP), "Set teacher.layout: TOKENS");
  }

  @Test
  void aMapWithChannelsFirst() {
    Path path =
        frozen(
            (tf, x) ->
                ModelFiles.outputs(
                    "map", tf.linalg.transpose(x, tf.constant(new int[] {0, 3, 1, 2}))));
    assertRefused(
        at(path).setLayout(Layout.FEATURE_MAP), "[?, 3, 4, 4]", "no square map", "channels last");
  }

  @Test
  void aTokenCountThatIsNoGrid() {
    assertRefused(
        golden("wrong-token-count"),
        "16 tokens",
        "leaves 15 patches, which is no square grid",
        "teacher.prefix_tokens would fit as: 0 (a grid of 4 by 4)");
  }

  @Test
  void aClassTokenThatIsNotThere() {
    Path path =
        frozen(
            (tf, x) ->
                ModelFiles.outputs("tokens", tf.reshape(x, tf.constant(new int[] {-1, 16, 3}))));
    Teacher teacher = Teacher.open(at(path).setPrefixTokens(0).build(), 4);
    assertThatThrownBy(teacher::requireClassToken)
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll("no class token", "teacher.prefix_tokens", "GAP");
    Teacher registers = Teacher.open(golden("tf2-functions").setClassToken(false).build(), 32);
    assertThatThrownBy(registers::requireClassToken)
        .hasMessageContaining("no class token (prefix_tokens 1, class_token false");
    Teacher.open(golden("tf2-functions").build(), 32).requireClassToken();
  }

  @Test
  void imagesOfAnotherSize() {
    assertRefused(
        golden("tf2-functions"),
        64,
        "input images takes [?, 32, 32, 3], but would be given [?, 64, 64, 3]",
        "Set teacher.image_size: 32");
  }

  @Test
  void channelsFirst() {
    Path path = frozen(Shape.of(-1, 3, 4, 4));
    assertRefused(at(path), "takes [?, 3, 4, 4]", "Channels come first");
  }

  @Test
  void aFixedBatchSize() {
    assertRefused(at(frozen(Shape.of(8, 4, 4, 3))), "batch size is fixed");
  }

  @Test
  void greyImages() {
    assertRefused(at(frozen(Shape.of(-1, 4, 4, 1))), "Images have 3 channels");
  }

  @Test
  void anInputThatIsNoImage() {
    assertRefused(at(frozen(Shape.of(-1, 5))), "Expected [batch, height, width, 3]");
  }

  @Test
  void bytesWithoutTheRangeOfBytes() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TUint8> images = tf.placeholder(TUint8.class, Placeholder.shape(IMAGES));
      ModelFiles.write(
          folder,
          graph,
          ModelFiles.outputs("images", images),
          ModelFiles.outputs("tokens", tf.dtypes.cast(images, TFloat32.class)));
    }
    assertRefused(at(folder), "type uint8", "Set teacher.input_range: BYTES");
  }

  @Test
  void featuresThatAreNoTokens() {
    Path path = frozen((tf, x) -> ModelFiles.outputs("ids", tf.shape(x)));
    assertRefused(at(path), "output ids", "[4]");
  }

  @Test
  void anOutputThatNeedsAnotherInput() {
    Path path =
        frozen(
            (tf, x) ->
                ModelFiles.outputs(
                    "tokens", tf.math.mul(x, tf.withName("phase").placeholder(TFloat32.class))));
    assertRefused(at(path), "needs more inputs than images: phase");
  }

  @Test
  void anOutputThatDoesNotDependOnTheImages() {
    Path path = frozen((tf, x) -> ModelFiles.outputs("tokens", tf.constant(new float[1][16][3])));
    assertRefused(at(path), "does not depend on its input images");
  }

  @Test
  void anOpThatThisTensorFlowHasNot() {
    Path path = frozen((tf, x) -> ModelFiles.outputs("tokens", tf.withName("odd").identity(x)));
    MetaGraphDef.Builder meta = SavedModelFolder.read(path).metaGraph().toBuilder();
    meta.getGraphDefBuilder().getNodeBuilderList().stream()
        .filter(node -> node.getName().equals("odd"))
        .forEach(node -> node.setOp("FancyAttention"));
    ModelFiles.write(path, meta.build());
    assertRefused(at(path), "has no op FancyAttention", "custom ops cannot be loaded");
  }

  @Test
  void aTeacherThatWritesFilesIsRefusedUnlessTrusted() {
    assertRefused(
        golden("writes-file"), "refused", "WriteFile (touches files)", "teacher.trust: true");
    assertThat(Teacher.open(golden("writes-file").setTrust(true).build(), 32).grid()).isEqualTo(4);
  }

  @Test
  void aTeacherThatReadsFilesIsRefused() {
    Path path =
        frozen(
            (tf, x) -> {
              Operand<TString> file = tf.io.readFile(tf.constant("/etc/hostname"));
              Operand<TFloat32> zero =
                  tf.math.mul(
                      tf.dtypes.cast(tf.strings.stringLength(file), TFloat32.class),
                      tf.constant(0f));
              return ModelFiles.outputs("tokens", tf.math.add(x, zero));
            });
    assertRefused(at(path), "ReadFile (touches files)");
  }

  private Path frozen(ModelFiles.Body body) {
    return ModelFiles.frozen(folder.resolve("frozen"), IMAGES, body);
  }

  private Path frozen(Shape images) {
    return ModelFiles.frozen(
        folder.resolve("frozen"), images, (tf, x) -> ModelFiles.outputs("tokens", tf.identity(x)));
  }

  private static TeacherConfig.Builder golden(String name) {
    return at(Golden.resource("teachers/" + name));
  }
}
