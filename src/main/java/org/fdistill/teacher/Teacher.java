package org.fdistill.teacher;

import java.nio.file.Path;
import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.graph.ImportedModel;
import org.fdistill.graph.Precision;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.model.Endpoints;
import org.fdistill.proto.TeacherConfig;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.exceptions.TFUnimplementedException;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * A frozen SavedModel that gives the features to learn. It is never trained: no gradient flows into
 * it, and its variables are in no list of ours. Letters: B batch, S side of the run's images, N
 * tokens, C width of the teacher, G grid side.
 *
 * <p>A SavedModel's graph is inference, and has no drop path to switch on.
 */
public final class Teacher {
  private final TeacherConfig description;
  private final String who;
  private final TeacherInput input;
  private final ImportedModel model;
  private final TokenLayout layout;
  private final TeacherFailure failure;

  /**
   * Holds what {@link TeacherOpening} found and checked.
   *
   * @param who its name in messages
   */
  Teacher(
      TeacherConfig description,
      String who,
      TeacherInput input,
      ImportedModel model,
      TokenLayout layout,
      TeacherFailure failure) {
    this.description = description;
    this.who = who;
    this.input = input;
    this.model = model;
    this.layout = layout;
    this.failure = failure;
  }

  /**
   * Reads the model, checks it and finds out its sizes; where the model does not declare them, it
   * is run once on a blank image.
   *
   * @param config from the run's config
   * @param imageSize S
   * @throws UserError where the model cannot serve as this teacher
   */
  public static Teacher open(TeacherConfig config, int imageSize) {
    return open(config, imageSize, Precision.FLOAT32);
  }

  /**
   * As {@link #open(TeacherConfig, int)}, for a run whose products are in a precision; the
   * teacher's own config may keep it in float32.
   */
  public static Teacher open(TeacherConfig config, int imageSize, Precision run) {
    if (config.getPath().isEmpty()) {
      throw UserError.usage(
          "teacher.path is not set.\nExpected the folder of a SavedModel; for example"
              + " --set distill.teacher.path=savedmodels/tiny-teacher.");
    }
    SavedModelFolder folder = SavedModelFolder.read(Path.of(config.getPath()));
    return new TeacherOpening(folder, config, imageSize).open(run);
  }

  /** Its name in logs, and in the graph under {@code teacher/}. */
  public String name() {
    return description.getName();
  }

  /** C: the width of its tokens. */
  public int width() {
    return layout.width();
  }

  /** Tokens before the patches: class token, then registers. */
  public int prefixTokens() {
    return layout.prefixTokens();
  }

  /** Whether the first of the prefix tokens is a class token. */
  public boolean hasClassToken() {
    return isVector() || (prefixTokens() > 0 && description.getClassToken());
  }

  /** Whether it gives one vector for each image, which stands for its class token and its mean. */
  public boolean isVector() {
    return grid() == 0;
  }

  /** The side of the images that it takes. */
  public int imageSize() {
    return input.side();
  }

  /** Its name in messages. */
  public String who() {
    return who;
  }

  /** G: the side of its grid of patches. */
  public int grid() {
    return layout.grid();
  }

  /** Pixels of its input from one patch to the next. */
  public int stride() {
    return input.side() / grid();
  }

  /**
   * The precision of its products in a run.
   *
   * @param run that of the run's products
   */
  public Precision products(Precision run) {
    return description.getPrecision() == TeacherConfig.Precision.AS_RUN ? run : Precision.FLOAT32;
  }

  /** The description as resolved: the file beside the model under the run's config. */
  public TeacherConfig description() {
    return description;
  }

  /** Refuses a teacher without a class token. */
  public void requireClassToken() {
    if (!hasClassToken()) {
      throw UserError.usage(
          """
          %s: it has no class token (prefix_tokens %d, class_token %s, layout %s), but \
          distill.targets is CLASS_TOKEN.
          Set teacher.prefix_tokens and teacher.class_token if its tokens start with one, or \
          distill.targets to TOKENS or GAP.\
          """
              .formatted(
                  who, prefixTokens(), description.getClassToken(), description.getLayout()));
    }
  }

  /**
   * Imports the model into a graph. Called again, it adds a second copy of the nodes that reads the
   * first copy's weights.
   *
   * @param tf of the graph
   * @param images [B, S, S, 3], 0 to 255; B may be unknown
   * @return its tokens, through which no gradient flows
   * @throws UserError where the model cannot take them
   */
  public Endpoints build(Ops tf, Operand<TUint8> images) {
    try {
      return built(tf, images);
    } catch (TensorFlowException | TFInvalidArgumentException | TFUnimplementedException e) {
      throw failure.error(e, "images " + ModelTensor.text(images.shape()), "");
    }
  }

  private Endpoints built(Ops tf, Operand<TUint8> images) {
    Ops own = tf.withSubScope("teacher_input");
    Output<?> output = model.build((Graph) tf.scope().env(), input.apply(own, images));
    Ops after = tf.withSubScope("teacher_output");
    Operand<TFloat32> features = TeacherOpening.floats(after, output, who);
    Operand<TFloat32> tokens = layout.tokens(after, features, images.shape().get(0));
    if (isVector()) {
      Endpoints vector =
          Endpoints.ofTokens(after.stopGradient(tokens), 1, true, 0, width(), input.side());
      return vector.withPooled(vector.classToken(after));
    }
    return Endpoints.ofTokens(
        after.stopGradient(tokens), prefixTokens(), hasClassToken(), grid(), width(), stride());
  }

  /**
   * Brings the weights in.
   *
   * @param session of the graph that {@link #build} imported into, or of a graph that was made from
   *     its GraphDef
   */
  public void restore(Session session) {
    model.restore(session);
  }

  /**
   * What an error of TensorFlow's says of this teacher: an assertion of its graph, a batch size
   * that is built into it, a table that nothing fills.
   *
   * @param thrown by a run of a graph that holds the teacher; not all of TensorFlow's exceptions
   *     extend TensorFlowException
   * @return of kind input, naming the teacher and its node; nothing where the error comes from
   *     another part of the graph
   */
  public Optional<UserError> explain(RuntimeException thrown) {
    return failure.explain(thrown, "a batch of the run");
  }

  /**
   * What is said where its tokens are not finite, which no learning rate can mend.
   *
   * @param when it was seen, such as {@code step 3}
   */
  public UserError nonFiniteTokens(String when) {
    return UserError.input(
        """
        %s: the tokens that it gives for the images of %s are not finite.
        Training has no part in this. Check teacher.input_range, teacher.normalization and \
        teacher.output, and whether the model's weights are finite.\
        """
            .formatted(who, when));
  }
}
