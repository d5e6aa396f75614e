package org.fdistill.train;

import java.nio.file.Path;
import java.util.Map;
import org.fdistill.checkpoint.Checkpoint;

/** What happens after the last step, such as the export. */
@FunctionalInterface
public interface RunEnd {
  /**
   * A run whose steps are done. The training session is closed by then.
   *
   * @param folder the run's folder
   * @param last the checkpoint of the last step
   * @param validation values of the last validation, by name
   */
  record Finished(Path folder, Checkpoint last, Map<String, Double> validation) {}

  /**
   * Called once for a run whose steps are all done.
   *
   * @return further entries of {@code summary.json}: strings, numbers or booleans by name
   */
  Map<String, Object> finished(Finished run);

  /** For a run that ends with its last checkpoint. */
  static RunEnd nothing() {
    return run -> Map.of();
  }
}
