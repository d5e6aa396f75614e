package org.fdistill.task.distill;

import java.util.Optional;
import org.fdistill.cache.FeatureCache;
import org.fdistill.config.UserError;
import org.fdistill.data.Batch;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Endpoints;
import org.fdistill.teacher.Teacher;
import org.tensorflow.Session;

/**
 * Features that come with the examples of the batch; the teacher itself is not in the graph.
 *
 * @param teacher opened
 * @param cache of the teacher; that of another split has the same fields
 */
record CachedFeatures(Teacher teacher, FeatureCache cache) implements FeatureSource {
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
    return cache.features(scope.tf().withSubScope("cached_features"), batch);
  }

  @Override
  public void restore(Session session) {}

  @Override
  public Optional<UserError> explain(RuntimeException failure) {
    return Optional.empty();
  }

  @Override
  public UserError nonFinite(String when) {
    return teacher.nonFiniteTokens(when);
  }
}
