package org.fdistill.task.distill;

import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.data.Batch;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Endpoints;
import org.fdistill.teacher.Teacher;
import org.tensorflow.Session;

/**
 * Where the features of one teacher come from. Letters: N tokens, Ct width of the teacher, G grid
 * side.
 */
interface FeatureSource {
  /** The teacher's name, which no other teacher of the run has. */
  String name();

  /** Ct. */
  int width();

  /** G. */
  int grid();

  /** Whether the first token is a class token. */
  boolean hasClassToken();

  /**
   * The features of a batch, through which no gradient flows.
   *
   * @param scope at the root of the names, of training or of inference
   */
  Endpoints features(LayerScope scope, Batch batch);

  /** Brings in what the graph needs beside variables. */
  void restore(Session session);

  /** What a failed run of the graph says of this teacher; nothing where it has no part in it. */
  Optional<UserError> explain(RuntimeException failure);

  /**
   * What is said where the features are not finite.
   *
   * @param when it was seen, such as step 3
   */
  UserError nonFinite(String when);

  /**
   * Features as the teacher's own graph gives them for the images of a batch, or its network where
   * drop path is to be active in it.
   */
  static FeatureSource of(Teacher teacher) {
    return teacher.description().getDropPath() > 0
        ? RebuiltTeacher.of(teacher)
        : new TeacherGraph(teacher);
  }
}
