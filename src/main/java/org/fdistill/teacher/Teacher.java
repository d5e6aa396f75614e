package org.fdistill.teacher;

import org.fdistill.model.Backbone;
import org.fdistill.proto.TeacherConfig;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TUint8;

/** A frozen SavedModel. */
public final class Teacher {
  private Teacher() {}

  /**
   * Reads the model, checks it and finds out its sizes.
   *
   * @param config from the run's config
   * @param imageSize S, the side of the run's images
   */
  public static Teacher open(TeacherConfig config, int imageSize) {
    throw new UnsupportedOperationException(config.getPath() + imageSize);
  }

  /** Its name in logs, and in the graph under {@code teacher/}. */
  public String name() {
    throw new UnsupportedOperationException();
  }

  /** C: the width of its tokens. */
  public int width() {
    throw new UnsupportedOperationException();
  }

  /** N: its tokens, prefix tokens included. */
  public int tokens() {
    throw new UnsupportedOperationException();
  }

  /** Tokens before the patches. */
  public int prefixTokens() {
    throw new UnsupportedOperationException();
  }

  /** G: the side of its grid of patches. */
  public int grid() {
    throw new UnsupportedOperationException();
  }

  /** The description as resolved: the file beside the model under the run's config. */
  public TeacherConfig description() {
    throw new UnsupportedOperationException();
  }

  /** Refuses a student whose grid of patches is not this teacher's. */
  public void requireGridOf(Backbone student) {
    throw new UnsupportedOperationException("" + student);
  }

  /** Refuses a teacher without a class token. */
  public void requireClassToken() {
    throw new UnsupportedOperationException();
  }

  /**
   * Imports the model into a graph. Called again, it adds a second copy of the nodes that reads the
   * first copy's weights.
   *
   * @param tf of the graph
   * @param images [B, S, S, 3], 0 to 255; B may be unknown
   */
  public TeacherOutputs build(Ops tf, Operand<TUint8> images) {
    throw new UnsupportedOperationException("" + tf + images);
  }

  /**
   * Brings the weights in.
   *
   * @param session of the graph that {@link #build} imported into, or of a graph that was made from
   *     its GraphDef
   */
  public void restore(Session session) {
    throw new UnsupportedOperationException("" + session);
  }
}
