package org.fdistill.train;

import java.util.List;
import org.fdistill.config.UserError;
import org.fdistill.data.ExampleCheck;
import org.fdistill.data.Field;
import org.fdistill.data.InputPipeline;
import org.tensorflow.Session;

/**
 * A task's checks of the examples of one pipeline.
 *
 * @param data the part of the config that names the source, such as train_data
 */
record CheckedFields(InputPipeline pipeline, List<ExampleCheck> checks, String data) {
  /** Checks the source as a whole. */
  CheckedFields {
    checks.forEach(check -> check.require(pipeline.source(), data));
  }

  /** What the source knows of a label says more than the number that came of it. */
  private String why(ExampleCheck check, long example, String problem) {
    String ofLabel =
        check.field().equals(Field.LABEL) ? pipeline.source().labelProblem(example) : "";
    return ofLabel.isEmpty() ? problem : ofLabel;
  }

  /**
   * Checks the examples of a batch.
   *
   * @throws UserError naming the first that does not pass
   */
  void observe(Session session, ObservedFields batch) {
    for (ExampleCheck check : checks) {
      long[] values = batch.values().get(check.field());
      for (int i = 0; i < values.length; i++) {
        String problem = check.problem(values[i], data);
        if (!problem.isEmpty()) {
          long example = pipeline.exampleAt(session, batch.positions()[i]);
          throw UserError.input(
              pipeline.source().name(example) + ": " + why(check, example, problem));
        }
      }
    }
  }
}
