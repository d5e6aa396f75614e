package org.fdistill.teacher;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.fdistill.config.UserError;
import org.fdistill.graph.ImportedModel;
import org.fdistill.graph.Precision;
import org.fdistill.graph.RuntimeOps;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.graph.SessionFactory;
import org.fdistill.proto.TeacherConfig;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.exceptions.TFUnimplementedException;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TFloating;

/** The checks between a folder and a teacher, in the order in which they can be made. */
final class TeacherOpening {
  private static final String SCOPE = "teacher/";

  private final SavedModelFolder folder;
  private final TeacherConfig description;
  private final int imageSize;
  private final String who;
  private final TeacherFailure failure;

  /**
   * Merges the run's description of a model with the one beside it.
   *
   * @param config from the run
   * @param imageSize S, the side of the run's images
   */
  TeacherOpening(SavedModelFolder folder, TeacherConfig config, int imageSize) {
    this.folder = folder;
    TeacherConfig resolved = TeacherDescription.resolve(config, folder.path());
    String name = TeacherDescription.nameOf(resolved, folder);
    this.description = resolved.toBuilder().setName(name).build();
    this.imageSize = imageSize;
    this.who = "teacher " + name + " (" + folder.path() + ")";
    this.failure = new TeacherFailure(who, scope());
  }

  /**
   * Makes the checks.
   *
   * @param run the precision of the run's products
   */
  Teacher open(Precision run) {
    boolean asRun = description.getPrecision() == TeacherConfig.Precision.AS_RUN;
    Opened opened = opened(asRun ? run : Precision.FLOAT32, ModelInterface::output);
    ModelTensor features = opened.features();
    Shape shape = features.shape();
    if (!TokenLayout.isDeclared(shape)) {
      shape = measured(opened.input(), opened.images().tensor(), features.tensor());
    }
    TokenLayout layout = TokenLayout.of(description, features, shape, outputs(), who);
    return new Teacher(description, who, opened.input(), opened.model(), layout, failure);
  }

  /** Makes those checks that hold for a model of any output. */
  ImageModel openAny() {
    Opened opened = opened(Precision.FLOAT32, ModelInterface::anyOutput);
    return new ImageModel(opened.input(), opened.model(), failure);
  }

  /** The side that description or signature state; empty where neither does. */
  Optional<Integer> declaredSide() {
    if (description.getImageSize() > 0) {
      return Optional.of(description.getImageSize());
    }
    Shape shape = new ModelInterface(folder, description, who).input().shape();
    boolean sided = !shape.isUnknown() && shape.numDimensions() == 4 && shape.get(1) > 0;
    return sided ? Optional.of((int) shape.get(1)) : Optional.empty();
  }

  private record Opened(
      ModelTensor images, ModelTensor features, TeacherInput input, ImportedModel model) {}

  private Opened opened(Precision precision, Function<ModelInterface, ModelTensor> output) {
    ModelInterface tensors = new ModelInterface(folder, description, who);
    ModelTensor images = tensors.input();
    ModelTensor features = output.apply(tensors);
    TeacherInput input = new TeacherInput(description, images.type(), imageSize);
    input.check(images, who);
    ImportedModel model = importable(images.tensor(), features.tensor(), precision);
    checkOps(model);
    checkWiring(model, images, features);
    checkVariables(model, features);
    return new Opened(images, features, input, model);
  }

  private ImportedModel importable(String input, String output, Precision precision) {
    return new ImportedModel(folder, scope(), input, output, precision);
  }

  private String scope() {
    return SCOPE + description.getName().replaceAll("[^A-Za-z0-9_.-]", "_");
  }

  private void checkOps(ImportedModel model) {
    List<String> needed = new ArrayList<>(model.inferenceOperations());
    needed.addAll(model.initializationOperations());
    List<String> unsafe = new ArrayList<>(UnsafeOps.among(needed));
    unsafe.addAll(UnsafeOps.amongRestoring(model.restoreOperations()));
    model
        .foreignRestores()
        .forEach(op -> unsafe.add(op + " (restores from another file than the model's weights)"));
    if (!unsafe.isEmpty() && !description.getTrust()) {
      throw UserError.input(
          """
          %s: refused, since its graph holds ops that reach outside of it: %s.
          Such ops run with your rights, and may bring in what is not the model's.
          If you know where the model comes from and what they do, set teacher.trust: true.\
          """
              .formatted(who, String.join(", ", unsafe)));
    }
    needed.addAll(model.restoreOperations());
    List<String> missing = RuntimeOps.missing(needed);
    if (!missing.isEmpty()) {
      throw UserError.input(
          """
          %s: TensorFlow %s of this process has no op %s.
          The model was written by TensorFlow %s.
          Export it again without these ops; custom ops cannot be loaded.\
          """
              .formatted(
                  who,
                  org.tensorflow.TensorFlow.version(),
                  String.join(", ", missing),
                  folder.metaGraph().getMetaInfoDef().getTensorflowVersion()));
    }
  }

  private void checkWiring(ImportedModel model, ModelTensor images, ModelTensor features) {
    if (!model.usesInput()) {
      throw UserError.input(
          """
          %s: its output %s does not depend on its input %s.
          Set teacher.input and teacher.output to tensors of one computation.\
          """
              .formatted(who, features.label(), images.label()));
    }
    List<String> others = model.otherPlaceholders();
    if (!others.isEmpty()) {
      throw UserError.input(
          """
          %s: its output %s needs more inputs than images: %s.
          Expected a model of images alone. Choose another signature or output, or export the \
          model with these inputs fixed.\
          """
              .formatted(who, features.label(), String.join(", ", others)));
    }
  }

  private void checkVariables(ImportedModel model, ModelTensor features) {
    List<String> empty = model.variablesWithoutValue();
    if (!empty.isEmpty()) {
      throw UserError.input(
          """
          %s: its output %s reads %d variables that the model's saver does not restore, such as %s.
          Python's loader alone knows where such a model keeps them; TensorFlow Serving and \
          this program go by the saver. Keras 3 writes such models with tf.saved_model.save.
          Export it again: a Keras 3 model with model.export(path).\
          """
              .formatted(who, features.label(), empty.size(), empty.get(0)));
    }
  }

  /** The output's shape for one blank image, found in a graph and a session of its own. */
  private Shape measured(TeacherInput input, String inputTensor, String outputTensor) {
    ImportedModel copy = importable(inputTensor, outputTensor, Precision.FLOAT32);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TUint8> blank =
          tf.zeros(tf.constant(new int[] {1, imageSize, imageSize, 3}), TUint8.class);
      Output<?> output = copy.build(graph, input.apply(tf, blank));
      Operand<TFloat32> floats = floats(tf, output, who);
      try (Session session = SessionFactory.open(graph)) {
        copy.restore(session);
        try (Result result = session.runner().fetch(floats).run()) {
          return result.get(0).shape();
        }
      }
    } catch (TensorFlowException | TFInvalidArgumentException | TFUnimplementedException e) {
      throw failure.error(
          e, "a blank image of %d x %d pixels".formatted(input.side(), input.side()), "");
    }
  }

  /** Features as float32; a model may give them in another format of floats. */
  @SuppressWarnings("unchecked") // Guarded by the type test.
  static Operand<TFloat32> floats(Ops tf, Output<?> output, String who) {
    if (!TFloating.class.isAssignableFrom(output.type())) {
      throw UserError.input(
          """
          %s: its output is of type %s.
          Expected floats. Set teacher.output to the output with the features.\
          """
              .formatted(who, ModelTensor.text(output.dataType())));
    }
    return output.type() == TFloat32.class
        ? (Operand<TFloat32>) output
        : tf.dtypes.cast(output, TFloat32.class);
  }

  private String outputs() {
    Map<String, SignatureDef> signatures = ModelInterface.signatures(folder.metaGraph());
    SignatureDef signature =
        signatures.getOrDefault(description.getSignature(), SignatureDef.getDefaultInstance());
    return ModelTensor.listing(signature.getOutputsMap());
  }
}
