package org.fdistill.config;

import java.util.Optional;
import org.fdistill.proto.ClassifyTask;
import org.fdistill.proto.DistillTask;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.VitConfig;

/** Checks the values of a task, and those of the model that it relies on. */
final class TaskChecks {
  private TaskChecks() {}

  static void check(RunConfig config, Problems problems) {
    Optional<String> noClassToken = ModelChecks.noClassToken(config.getModel());
    switch (config.getTaskCase()) {
      case DISTILL -> distill(config.getDistill(), noClassToken, problems);
      case CLASSIFY -> classify(config.getClassify(), noClassToken, problems);
      case TASK_NOT_SET ->
          problems.unless(
              false, "the config", "has no task; set exactly one of distill { }, classify { }");
    }
    finalNorm(config, problems);
  }

  /** A norm on the mean of the patches would never be trained by a task that reads tokens. */
  private static void finalNorm(RunConfig config, Problems problems) {
    boolean readsMean =
        config.hasDistill()
            ? config.getDistill().getTargets() == DistillTask.Targets.GAP
            : config.getClassify().getPooling() == ClassifyTask.Pooling.MEAN;
    problems.unless(
        readsMean || config.getModel().getVit().getFinalNorm() != VitConfig.FinalNorm.ON_POOLED,
        "model.vit.final_norm",
        "is ON_POOLED, which needs a task on the mean of the patches (distill.targets GAP or"
            + " classify.pooling MEAN); set ON_TOKENS");
  }

  private static void distill(DistillTask task, Optional<String> noClassToken, Problems problems) {
    problems.unless(
        noClassToken.isEmpty() || task.getTargets() != DistillTask.Targets.CLASS_TOKEN,
        "distill.targets",
        "is CLASS_TOKEN, but " + noClassToken.orElse(""));
    TeacherChecks.check(task.getTeacher(), "distill.teacher", problems);
  }

  private static void classify(
      ClassifyTask task, Optional<String> noClassToken, Problems problems) {
    problems.unless(task.hasClasses(), "classify.classes", "is not set; say how many there are");
    problems.unless(
        noClassToken.isEmpty() || task.getPooling() != ClassifyTask.Pooling.CLASS_TOKEN_POOLING,
        "classify.pooling",
        "is CLASS_TOKEN_POOLING, but " + noClassToken.orElse(""));
  }
}
