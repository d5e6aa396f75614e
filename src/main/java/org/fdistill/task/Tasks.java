package org.fdistill.task;

import org.fdistill.config.UserError;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.classify.Classification;
import org.fdistill.task.distill.FeatureDistillation;

/** From a config to its task. */
public final class Tasks {
  private Tasks() {}

  /** The task that a run's config describes. */
  public static Task of(RunConfig run) {
    return switch (run.getTaskCase()) {
      case DISTILL -> new FeatureDistillation(run);
      case CLASSIFY -> new Classification(run);
      case TASK_NOT_SET ->
          throw UserError.usage(
              "the config has no task.\nExpected one of: distill, classify.\n"
                  + "Add, for example, distill { teacher { path: \"savedmodels/NAME\" } }.");
    };
  }
}
