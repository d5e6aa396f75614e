package org.fdistill.train;

import java.util.Optional;
import java.util.function.Function;
import org.tensorflow.proto.ConfigProto;

/** Whether TensorFlow finds a GPU: asked once, since an answer takes a session. */
final class GpuSearch {
  private final Function<ConfigProto, Optional<RuntimeException>> ask;
  private boolean asked;
  private RuntimeException failure;

  /**
   * Asks nothing yet.
   *
   * @param ask opens a session with settings; gives what it says where there is no GPU
   */
  GpuSearch(Function<ConfigProto, Optional<RuntimeException>> ask) {
    this.ask = ask;
  }

  /**
   * Why there is none; empty where there is one.
   *
   * @param settings of the session, where this is the first time
   */
  synchronized Optional<RuntimeException> failure(ConfigProto settings) {
    if (!asked) {
      failure = ask.apply(settings).orElse(null);
      asked = true;
    }
    return Optional.ofNullable(failure);
  }
}
