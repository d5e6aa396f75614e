package org.fdistill.task.distill;

import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.data.Batch;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Endpoints;
import org.tensorflow.Session;

/** A teacher of which the sizes alone are asked for. */
record NamedSource(String name, int width, int grid, boolean hasClassToken)
    implements FeatureSource {
  @Override
  public Endpoints features(LayerScope scope, Batch batch) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void restore(Session session) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<UserError> explain(RuntimeException failure) {
    return Optional.empty();
  }

  @Override
  public UserError nonFinite(String when) {
    throw new UnsupportedOperationException();
  }
}
