package org.fdistill.task.distill;

import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.data.Batch;
import org.fdistill.data.Field;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Endpoints;
import org.fdistill.teacher.Teacher;
import org.tensorflow.Session;

/** Features that a teacher's graph computes from the images of the batch. */
final class TeacherGraph extends TeacherFeatures {
  TeacherGraph(Teacher teacher) {
    super(teacher);
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
}
