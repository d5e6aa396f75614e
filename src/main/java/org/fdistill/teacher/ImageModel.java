package org.fdistill.teacher;

import java.nio.file.Path;
import java.util.Optional;
import org.fdistill.graph.ImportedModel;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.proto.TeacherConfig;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.exceptions.TFUnimplementedException;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TUint8;

/**
 * A frozen SavedModel of images whose output may be anything: to be looked into, not learned from.
 * It is described and checked as a {@link Teacher} is, in all but its output's shape.
 */
public final class ImageModel {
  private final TeacherInput input;
  private final ImportedModel model;
  private final TeacherFailure failure;

  ImageModel(TeacherInput input, ImportedModel model, TeacherFailure failure) {
    this.input = input;
    this.model = model;
    this.failure = failure;
  }

  /**
   * Reads the model and checks it.
   *
   * @param config where it is, and how it is read where the file beside it does not say
   * @param imageSize side of the images that it is given; its own where it declares one
   * @throws org.fdistill.config.UserError where it cannot be run on images
   */
  public static ImageModel open(TeacherConfig config, int imageSize) {
    SavedModelFolder folder = SavedModelFolder.read(Path.of(config.getPath()));
    return new TeacherOpening(folder, config, imageSize).openAny();
  }

  /**
   * The side of the images that a model takes, by the file beside it or by its signature; empty
   * where neither says.
   *
   * @param config as in {@link #open}
   */
  public static Optional<Integer> declaredSide(TeacherConfig config) {
    SavedModelFolder folder = SavedModelFolder.read(Path.of(config.getPath()));
    return new TeacherOpening(folder, config, 0).declaredSide();
  }

  /**
   * Imports the model into a graph.
   *
   * @param images [B, S, S, 3], 0 to 255; B may be unknown
   * @return its output, of whatever shape and type
   * @throws org.fdistill.config.UserError where the model cannot take them
   */
  public Output<?> build(Ops tf, Operand<TUint8> images) {
    try {
      return model.build(
          (Graph) tf.scope().env(), input.apply(tf.withSubScope("model_input"), images));
    } catch (TensorFlowException | TFInvalidArgumentException | TFUnimplementedException e) {
      throw failure.error(e, "images " + ModelTensor.text(images.shape()), "");
    }
  }

  /** Brings the weights in, as {@link Teacher#restore}. */
  public void restore(Session session) {
    model.restore(session);
  }
}
