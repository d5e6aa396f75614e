package org.fdistill.task.distill;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fdistill.config.TextProtos;
import org.fdistill.config.UserError;
import org.fdistill.data.Batch;
import org.fdistill.data.Field;
import org.fdistill.graph.BundleIndex;
import org.fdistill.graph.BundlePath;
import org.fdistill.graph.GraphScope;
import org.fdistill.graph.LayerScope;
import org.fdistill.graph.Precision;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.graph.Variable;
import org.fdistill.graph.Variables;
import org.fdistill.model.Endpoints;
import org.fdistill.model.Network;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.task.Tasks;
import org.fdistill.teacher.AntialiasedResize;
import org.fdistill.teacher.Teacher;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TNumber;

/**
 * A teacher whose network is built anew from the config beside its weights, so that drop path is
 * active in it while the student trains (Table 5 of the paper). All else of it is that of the
 * SavedModel, which has been opened and checked.
 */
final class RebuiltTeacher extends TeacherFeatures {
  private final Network network;
  private final SavedModelFolder folder;
  private Variables variables;
  private Graph graph;
  private String prefix;
  private String restoreAll;

  private RebuiltTeacher(Teacher teacher, Network network, SavedModelFolder folder) {
    super(teacher);
    this.network = network;
    this.folder = folder;
  }

  /**
   * Of a teacher that asks for drop path.
   *
   * @throws UserError where nothing says what its network is, or its tokens are not what it learns
   */
  static RebuiltTeacher of(Teacher teacher) {
    SavedModelFolder folder = SavedModelFolder.read(Path.of(teacher.description().getPath()));
    Path file = folder.path().resolve(SavedModelFolder.CONFIG);
    boolean tokens = teacher.description().getOutput().matches("(tokens)?");
    if (!Files.isRegularFile(file) || !tokens) {
      throw UserError.usage(
          """
          %s: teacher.drop_path builds its network anew, but %s.
          Expected a model that import-teacher or an export of fdistill has written, with its \
          output tokens. Leave drop_path out for others.\
          """
              .formatted(
                  teacher.who(),
                  tokens
                      ? "there is no " + SavedModelFolder.CONFIG + " that describes it"
                      : "teacher.output is " + teacher.description().getOutput()));
    }
    RunConfig.Builder run = TextProtos.read(file, RunConfig.getDefaultInstance()).toBuilder();
    run.getModelBuilder().setDropPath(teacher.description().getDropPath());
    RebuiltTeacher rebuilt = new RebuiltTeacher(teacher, Tasks.evaluated(run.build()), folder);
    rebuilt.requireWidth();
    return rebuilt;
  }

  private void requireWidth() {
    if (network.backbone().width() != width() || network.backbone().grid() != grid()) {
      throw UserError.input(
          teacher.who()
              + ": its "
              + SavedModelFolder.CONFIG
              + " describes another network than its graph. Export or import it again.");
    }
  }

  @Override
  public Endpoints features(LayerScope scope, Batch batch) {
    Graph building = (Graph) scope.tf().scope().env();
    Ops root = GraphScope.ops(building);
    String path = "teacher/" + name();
    Ops own = root.withSubScope("teacher").withSubScope(name());
    boolean first = graph != building;
    if (first) {
      graph = building;
      variables = new Variables(root, root.constant(0L), path + "/");
    }
    boolean asRun = teacher.description().getPrecision() == TeacherConfig.Precision.AS_RUN;
    LayerScope apart =
        scope.apart(own, variables, asRun ? scope.precision() : Precision.FLOAT32, path);
    Endpoints features = network.build(apart, resized(own, batch.get(Field.IMAGE)));
    if (first) {
      addRestore(own);
    }
    return Endpoints.ofTokens(
        own.stopGradient(features.tokens()),
        features.prefixTokens(),
        features.hasClassToken(),
        features.grid(),
        features.width(),
        teacher.imageSize() / grid());
  }

  private Operand<? extends TNumber> resized(Ops tf, Operand<TUint8> images) {
    int side = (int) images.shape().get(1);
    return side == teacher.imageSize()
        ? images
        : new AntialiasedResize(side, teacher.imageSize())
            .apply(tf, tf.dtypes.cast(images, TFloat32.class));
  }

  private void addRestore(Ops tf) {
    Placeholder<TString> file = tf.placeholder(TString.class);
    List<Op> assignments = new ArrayList<>();
    for (Variable variable : variables.all()) {
      Operand<?> value =
          tf.train
              .restore(file, tf.array(variable.name()), tf.array(""), List.of(TFloat32.class))
              .tensors()
              .get(0);
      assignments.add(tf.assignVariableOp(variable.handle(), value));
    }
    prefix = file.op().name();
    restoreAll = tf.withControlDependencies(assignments).noOp().op().name();
  }

  @Override
  public void restore(Session session) {
    Path weights = folder.weights();
    Map<String, Shape> found = BundleIndex.read(weights).shapes();
    List<String> wrong =
        variables.all().stream()
            .filter(variable -> !variable.shape().equals(found.get(variable.name())))
            .map(Variable::name)
            .toList();
    if (!wrong.isEmpty()) {
      throw UserError.input(
          teacher.who()
              + ": its weights lack, or have in another shape: "
              + String.join(", ", wrong)
              + ".\nIts "
              + SavedModelFolder.CONFIG
              + " describes another network. Export or import it again.");
    }
    try (TString path = TString.scalarOf(BundlePath.text(weights))) {
      session.runner().feed(prefix, path).addTarget(restoreAll).run().close();
    }
  }

  @Override
  public Optional<UserError> explain(RuntimeException failure) {
    return teacher.explain(failure);
  }
}
