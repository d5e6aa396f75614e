package org.fdistill.train;

import java.nio.file.Path;
import org.fdistill.data.InputPipeline;
import org.fdistill.task.Task;

/** What happens before the first step of a process, such as keeping some of the images. */
@FunctionalInterface
public interface RunStart {
  /**
   * A run whose first step is about to run.
   *
   * @param folder the run's folder
   * @param task that is trained, open
   * @param trainData the training examples; its graph and position are the run's, and stay alone
   */
  record Starting(Path folder, Task task, InputPipeline trainData) {}

  /** Called once by each process that goes on to train. */
  void starting(Starting run);

  /** For a run that starts with its first step. */
  static RunStart nothing() {
    return run -> {};
  }
}
