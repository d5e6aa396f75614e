package org.fdistill.task.distill;

import java.util.Optional;
import org.fdistill.cache.FeatureCache;
import org.fdistill.config.UserError;
import org.fdistill.data.Batch;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Endpoints;
import org.fdistill.teacher.Teacher;
import org.tensorflow.Session;

/** Features that come with the examples of the batch; the teacher itself is not in the graph. */
final class CachedFeatures extends TeacherFeatures {
  private final FeatureCache cache;

  /**
   * Of one teacher.
   *
   * @param cache of the teacher; that of another split has the same fields
   */
  CachedFeatures(Teacher teacher, FeatureCache cache) {
    super(teacher);
    this.cache = cache;
  }

  @Override
  public Endpoints features(LayerScope scope, Batch batch) {
    return cache.features(scope.tf().withSubScope("cached_features"), batch);
  }

  @Override
  public void restore(Session session) {}

  @Override
  public Optional<UserError> explain(RuntimeException failure) {
    return Optional.empty();
  }
}
