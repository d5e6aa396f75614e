package org.fdistill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.fdistill.teacher.RefusedTeachers.assertRefused;
import static org.fdistill.teacher.RefusedTeachers.at;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fdistill.config.UserError;
import org.fdistill.graph.ModelFiles;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.proto.TeacherConfig.Layout;
import org.fdistill.testing.Golden;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TUint8;

/** A test for each mistake with the weights of a teacher, under the mistake's name. */
class TeacherWeightErrorsTest {
  private static final Shape IMAGES = Shape.of(-1, 4, 4, 3);

  @TempDir Path folder;

  @Test
  void missingWeights() {
    SavedModelFolder model = SavedModelFolder.read(Golden.resource("teachers/tf2-functions"));
    ModelFiles.write(folder, model.metaGraph());
    Teacher teacher = Teacher.open(at(folder).build(), 32);
    assertRestoreFails(teacher, "variables.index is missing", "Copy the whole folder");
  }

  @Test
  void damagedWeights() throws Exception {
    Path golden = Golden.resource("teachers/tf2-functions");
    ModelFiles.write(folder, SavedModelFolder.read(golden).metaGraph());
    Path variables = Files.createDirectories(folder.resolve("variables"));
    for (String file : List.of("variables.index", "variables.data-00000-of-00001")) {
      Files.copy(golden.resolve("variables").resolve(file), variables.resolve(file));
    }
    Path data = variables.resolve("variables.data-00000-of-00001");
    byte[] whole = Files.readAllBytes(data);
    Files.write(data, java.util.Arrays.copyOf(whole, 100));
    Teacher teacher = Teacher.open(at(folder).build(), 32);
    assertRestoreFails(teacher, data.getFileName() + ", which has 100", "download them again");
    whole[100] ^= 1;
    Files.write(data, whole);
    assertRestoreFails(teacher, "could not be restored", "download the model again");
  }

  @Test
  void variablesWithoutASaver() {
    ModelFiles.timesVariable(folder.resolve("one"), Shape.of(-1, 4, 4, 3), 2);
    MetaGraphDef meta = SavedModelFolder.read(folder.resolve("one")).metaGraph();
    ModelFiles.write(folder.resolve("two"), meta.toBuilder().clearSaverDef().build());
    assertRefused(at(folder.resolve("two")), "no saver to restore them");
  }

  @Test
  void aVariableThatTheSaverForgot() {
    ModelFiles.timesVariable(folder.resolve("one"), IMAGES, 2);
    MetaGraphDef.Builder meta =
        SavedModelFolder.read(folder.resolve("one")).metaGraph().toBuilder();
    meta.getGraphDefBuilder().addNodeBuilder().setName("nothing").setOp("NoOp");
    meta.getSaverDefBuilder().setRestoreOpName("nothing");
    ModelFiles.write(folder.resolve("two"), meta.build());
    assertRefused(
        at(folder.resolve("two")),
        "reads 1 variables that the model's saver does not restore, such as w",
        "model.export(path)");
  }

  /** Its weights would be those of the other one, without a word. */
  @Test
  void aTeacherThatRestoresFromAnotherBundleIsRefusedUnlessTrusted() {
    ModelFiles.timesVariable(folder.resolve("one"), IMAGES, 2);
    ModelFiles.timesVariable(folder.resolve("two"), IMAGES, 3);
    MetaGraphDef.Builder meta =
        SavedModelFolder.read(folder.resolve("one")).metaGraph().toBuilder();
    NodeDef path =
        SavedModelFolder.read(
                ModelFiles.frozen(
                    folder.resolve("path"),
                    IMAGES,
                    (tf, x) ->
                        ModelFiles.outputs(
                            "path",
                            tf.withName("path")
                                .constant(folder.resolve("two/variables/variables").toString()))))
            .metaGraph()
            .getGraphDef()
            .getNodeList()
            .stream()
            .filter(node -> node.getName().equals("path"))
            .findFirst()
            .orElseThrow();
    meta.getGraphDefBuilder().addNode(path).getNodeBuilderList().stream()
        .filter(node -> node.getOp().equals("RestoreV2"))
        .forEach(node -> node.setInput(0, "path"));
    ModelFiles.write(folder.resolve("one"), meta.build());
    assertRefused(
        at(folder.resolve("one")),
        "refused",
        "RestoreV2 (Restore) (restores from another file than the model's weights)",
        "teacher.trust: true");
    TeacherConfig.Builder trusted = at(folder.resolve("one")).setLayout(Layout.FEATURE_MAP);
    assertThat(Teacher.open(trusted.setTrust(true).build(), 4).width()).isEqualTo(3);
  }

  private static void assertRestoreFails(Teacher teacher, String... parts) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      teacher.build(tf, tf.zeros(tf.constant(new int[] {1, 32, 32, 3}), TUint8.class));
      try (Session session = TestSession.open(graph)) {
        assertThatThrownBy(() -> teacher.restore(session))
            .isInstanceOf(UserError.class)
            .hasMessageContainingAll(parts);
      }
    }
  }
}
