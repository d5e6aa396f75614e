package org.fdistill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.fdistill.config.UserError;
import org.fdistill.graph.FiniteFlags;
import org.fdistill.graph.ModelFiles;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.proto.TeacherConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/** Models whose graph or signature is at fault: each an error of the input, in words. */
class TeacherGraphFaultsTest {
  private static final int SIDE = 4;

  @TempDir Path folder;

  @Test
  void anOutputThatIsNotInTheGraph() {
    assertRefused(
        withOutput(info -> info.setName("nosuch:0")), "refer to nosuch, which its graph has not");
  }

  @Test
  void anOutputOfANodeThatHasFewer() {
    Path path = withOutput(info -> info.setName("tokens:3"));
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Teacher teacher = open(path);
      assertThatThrownBy(() -> teacher.build(tf, images(tf, 1)))
          .isInstanceOf(UserError.class)
          .hasMessageContainingAll("no tensor tokens:3", "Reshape, has 1 outputs");
    }
  }

  @Test
  void aNodeThatReadsOneThatIsNotThere() {
    MetaGraphDef.Builder meta = patches();
    meta.getGraphDefBuilder().getNodeBuilderList().stream()
        .filter(node -> node.getName().equals("tokens"))
        .forEach(node -> node.setInput(0, "lost/weights:1"));
    assertRefused(write(meta), "refer to lost/weights, which its graph has not");
  }

  @Test
  void anInitialisationThatIsNotThere() {
    MetaGraphDef.Builder meta = patches();
    TensorInfo op = TensorInfo.newBuilder().setName("fill_tables").build();
    meta.putSignatureDef(
        "__saved_model_init_op", SignatureDef.newBuilder().putOutputs("op", op).build());
    assertRefused(write(meta), "refer to fill_tables");
  }

  @Test
  void aSparseOutput() {
    Path path = withOutput(info -> info.getCooSparseBuilder().setValuesTensorName("tokens:0"));
    assertRefused(path, "the output tokens of signature", "a sparse tensor", "teacher.output");
  }

  @Test
  void anOutputWithoutATensor() {
    assertRefused(withOutput(TensorInfo.Builder::clearName), "is without a tensor");
    assertRefused(withOutput(info -> info.setName("tokens:x")), "named \"tokens:x\"");
  }

  @Test
  void anAssertionThatFires() {
    Path path =
        model(
            (tf, x) -> {
              Operand<?> all = tf.constant(new int[] {0, 1, 2, 3});
              Op check =
                  tf.withName("at_most_one")
                      .assertThat(
                          tf.math.lessEqual(
                              tf.max(x, tf.constant(new int[] {0, 1, 2, 3})), tf.constant(1f)),
                          List.of(tf.constant("images must not be above 1"), all));
              return tf.withControlDependencies(check).withName("tokens").identity(tokens(tf, x));
            });
    assertFails(
        path,
        2,
        255,
        "teacher model (" + path + ")",
        "teacher/model/at_most_one",
        "assertion failed: [images must not be above 1]",
        "teacher.input_range");
  }

  @Test
  void aBatchSizeThatIsBuiltIn() {
    Path path = eights(tf -> tf.constant(new int[] {8, 4, 12}));
    assertFails(path, 2, 0, "teacher/model/eights", "batch size may be built into the model");
  }

  /** TensorFlow finds out while it imports, as soon as the batch's size is known. */
  @Test
  void aBatchSizeThatTheGraphShows() {
    Path path = model((tf, x) -> tf.ensureShape(tokens(tf, x), Shape.of(8, 4, 12)));
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Teacher teacher = open(path);
      assertThatThrownBy(() -> teacher.build(tf, images(tf, 2)))
          .isInstanceOf(UserError.class)
          .hasMessageContainingAll(path.toString(), "8");
    }
  }

  @Test
  void anErrorOfAnotherPartOfTheGraphIsNotTheTeachers() {
    Path path = eights(tf -> tf.constant(new int[] {8, 4, 12}));
    Teacher teacher = open(path);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> open = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1)));
      Operand<TFloat32> odd = tf.withName("teacher").reshape(open, tf.constant(new int[] {5}));
      try (Session session = new Session(graph);
          TFloat32 three = TFloat32.vectorOf(1, 2, 3)) {
        RuntimeException thrown =
            catchThrowableOfType(
                RuntimeException.class, () -> session.runner().feed(open, three).fetch(odd).run());
        assertThat(teacher.explain(thrown)).isEmpty();
      }
    }
  }

  /** A branch of an If keeps its function, whose name starts with the teacher's. */
  @Test
  void anErrorInsideOfAFunctionOfTheTeachers() {
    TeacherFailure failure = new TeacherFailure("teacher a-b (path)", "teacher/a-b");
    String message =
        "assertion failed: [pixels must be 0..1]\n\t [[{{function_node teacher_a_b__branch_25}}"
            + "{{node Assert}}]]";
    assertThat(failure.explain(new IllegalStateException(message), "a batch"))
        .get()
        .asString()
        .contains("teacher a-b (path): it failed on a batch", "[pixels must be 0..1]");
    String other = message.replace("teacher_a_b__", "teacher_a_bc__");
    assertThat(failure.explain(new IllegalStateException(other), "a batch")).isEmpty();
  }

  /** As a table with experimental_is_anonymous is saved: the initialisation fills it once. */
  @Test
  void aTableWithoutANameKeepsWhatTheInitialisationPutIn() {
    MetaGraphDef.Builder meta;
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> x =
          tf.withName("images")
              .placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, SIDE, SIDE, 3)));
      Operand<? extends TType> table =
          graph
              .opBuilder("AnonymousHashTable", "table", tf.scope())
              .setAttr("key_dtype", DataType.DT_INT64)
              .setAttr("value_dtype", DataType.DT_FLOAT)
              .build()
              .output(0);
      Op filled =
          tf.lookupTableImport(table, tf.constant(new long[] {3}), tf.constant(new float[] {7}));
      tf.withName("fill").withControlDependencies(filled).noOp();
      Operand<TFloat32> seven = tf.lookupTableFind(table, tf.constant(3L), tf.constant(-1f));
      Operand<TFloat32> zeros = tf.math.mul(tokens(tf, x), tf.constant(0f));
      Operand<TFloat32> tokens = tf.withName("tokens").math.add(zeros, seven);
      meta =
          SavedModelFolder.read(
              ModelFiles.write(
                  folder.resolve("table"),
                  graph,
                  ModelFiles.outputs("images", x),
                  ModelFiles.outputs("tokens", tokens)))
              .metaGraph()
              .toBuilder();
    }
    TensorInfo op = TensorInfo.newBuilder().setName("fill").build();
    meta.putSignatureDef(
        "__saved_model_init_op", SignatureDef.newBuilder().putOutputs("op", op).build());
    Teacher teacher = open(write(meta));
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> tokens = teacher.build(tf, images(tf, 1)).tokens();
      try (Session session = new Session(graph)) {
        teacher.restore(session);
        try (Result result = session.runner().fetch(tokens).run()) {
          assertThat(((TFloat32) result.get(0)).getFloat(0, 0, 0)).isEqualTo(7);
        }
      }
    }
  }

  @Test
  void tokensThatAreNotFiniteAreTheTeachersFault() {
    Path path = model((tf, x) -> tf.math.mul(tokens(tf, x), tf.constant(Float.NaN)));
    Teacher teacher = open(path);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> flags =
          FiniteFlags.of(tf, List.of(teacher.build(tf, images(tf, 1)).tokens()));
      try (Session session = new Session(graph);
          Result result = session.runner().fetch(flags).run()) {
        assertThat(((TFloat32) result.get(0)).getFloat(0)).isZero();
      }
    }
    assertThat(teacher.nonFiniteTokens("step 3"))
        .hasMessageContainingAll(path.toString(), "step 3", "teacher.normalization")
        .hasMessageNotContaining("learning_rate");
  }

  private void assertRefused(Path path, String... parts) {
    assertThatThrownBy(() -> open(path))
        .isInstanceOfSatisfying(
            UserError.class, e -> assertThat(e.kind()).isEqualTo(UserError.Kind.INPUT))
        .hasMessageContaining(path.toString())
        .hasMessageContainingAll(parts);
  }

  /** Fails where a batch runs through, as in a step of training. */
  private void assertFails(Path path, int batch, int pixel, String... parts) {
    Teacher teacher = open(path);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Placeholder<TUint8> open =
          tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(-1, SIDE, SIDE, 3)));
      Operand<TFloat32> tokens = teacher.build(tf, open).tokens();
      byte[] pixels = new byte[batch * SIDE * SIDE * 3];
      java.util.Arrays.fill(pixels, (byte) pixel);
      try (Session session = new Session(graph);
          TUint8 fed = TUint8.tensorOf(Shape.of(batch, SIDE, SIDE, 3), DataBuffers.of(pixels))) {
        teacher.restore(session);
        RuntimeException thrown =
            catchThrowableOfType(
                RuntimeException.class, () -> session.runner().feed(open, fed).fetch(tokens).run());
        UserError error = teacher.explain(thrown).orElseThrow();
        assertThat(error.kind()).isEqualTo(UserError.Kind.INPUT);
        assertThat(error).hasMessageContainingAll(parts);
        assertThat(error.getMessage()).doesNotContain("{{node");
      }
    }
  }

  /** A model whose graph hides the shape that it reshapes to, and declares another. */
  private Path eights(
      java.util.function.Function<Ops, Operand<org.tensorflow.types.TInt32>> shape) {
    return model(
        (tf, x) ->
            tf.ensureShape(
                tf.withName("eights")
                    .reshape(
                        tokens(tf, x), tf.placeholderWithDefault(shape.apply(tf), Shape.of(3))),
                Shape.of(-1, 4, 12)));
  }

  private Path model(
      java.util.function.BiFunction<Ops, Operand<TFloat32>, Operand<TFloat32>> body) {
    Path path = folder.resolve("model");
    ModelFiles.frozen(
        path,
        Shape.of(-1, SIDE, SIDE, 3),
        (tf, x) -> ModelFiles.outputs("tokens", body.apply(tf, x)));
    MetaGraphDef.Builder meta = SavedModelFolder.read(path).metaGraph().toBuilder();
    return ModelFiles.write(path, declared(meta, info -> {}));
  }

  private MetaGraphDef.Builder patches() {
    Path path =
        ModelFiles.frozen(
            folder.resolve("patches"),
            Shape.of(-1, SIDE, SIDE, 3),
            (tf, x) -> ModelFiles.outputs("tokens", tokens(tf, x)));
    return SavedModelFolder.read(path).metaGraph().toBuilder();
  }

  private Path withOutput(Consumer<TensorInfo.Builder> change) {
    return ModelFiles.write(folder.resolve("model"), declared(patches(), change));
  }

  /** With an output that is declared as [B, 4, 12] and changed. */
  private static MetaGraphDef declared(
      MetaGraphDef.Builder meta, Consumer<TensorInfo.Builder> change) {
    SignatureDef.Builder signature = meta.getSignatureDefOrThrow("serving_default").toBuilder();
    TensorInfo.Builder info = signature.getOutputsOrThrow("tokens").toBuilder();
    info.getTensorShapeBuilder().clear();
    for (long size : new long[] {-1, 4, 12}) {
      info.getTensorShapeBuilder().addDimBuilder().setSize(size);
    }
    change.accept(info);
    signature.putOutputs("tokens", info.build());
    return meta.putSignatureDef("serving_default", signature.build()).build();
  }

  private Path write(MetaGraphDef.Builder meta) {
    return ModelFiles.write(folder.resolve("model"), meta.build());
  }

  private static Teacher open(Path path) {
    return Teacher.open(
        TeacherConfig.newBuilder().setPath(path.toString()).setPrefixTokens(0).build(), SIDE);
  }

  private static Operand<TFloat32> tokens(Ops tf, Operand<TFloat32> images) {
    return tf.withName("tokens")
        .reshape(tf.nn.spaceToDepth(images, 2L), tf.constant(new int[] {-1, 4, 12}));
  }

  private static Operand<TUint8> images(Ops tf, int batch) {
    return tf.zeros(tf.constant(new int[] {batch, SIDE, SIDE, 3}), TUint8.class);
  }
}
