package org.fdistill.task.distill;

import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.data.Batch;
import org.fdistill.data.Field;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Endpoints;
import org.fdistill.teacher.Teacher;
import org.tensorflow.Session;

/**
 * Features that a teacher's graph computes from the images of the batch.
 *
 * @param teacher opened
 */
record TeacherGraph(Teacher teacher) implements FeatureSource {
  @Override
  public String name() {
    return teacher.name();
  }

  @Override
  public int width() {
    return teacher.width();
  }

  @Override
  public int grid() {
    return teacher.grid();
  }

  @Override
  public boolean hasClassToken() {
    return teacher.hasClassToken();
  }

  @Override
  public Endpoints features(LayerScope scope, Batch batch) {
    return teacher.build(scope.tf(), batch.get(Field.IMAGE));
  }

  @Override
  public void restore(Session session) {
    teacher.restore(session);
  }

  @Override
  public Optional<UserError> explain(RuntimeException failure) {
    return teacher.explain(failure);
  }

  @Override
  public UserError nonFinite(String when) {
    return teacher.nonFiniteTokens(when);
  }
}
