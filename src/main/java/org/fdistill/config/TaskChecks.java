package org.fdistill.config;

import org.fdistill.proto.ClassifyTask;
import org.fdistill.proto.DistillTask;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TeacherConfig;

/** Checks the values of a task, and those of the model that it relies on. */
final class TaskChecks {
  private static final String TEACHER = "distill.teacher";

  private TaskChecks() {}

  static void check(RunConfig config, Problems problems) {
    boolean classToken = config.getModel().getVit().getClassToken();
    switch (config.getTaskCase()) {
      case DISTILL -> distill(config.getDistill(), classToken, problems);
      case CLASSIFY -> classify(config.getClassify(), classToken, problems);
      case TASK_NOT_SET ->
          problems.unless(
              false, "the config", "has no task; set exactly one of distill { }, classify { }");
    }
  }

  private static void distill(DistillTask task, boolean classToken, Problems problems) {
    problems.positive(task.getBeta(), "distill.beta");
    problems.unless(
        classToken || task.getTargets() != DistillTask.Targets.CLASS_TOKEN,
        "distill.targets",
        "is CLASS_TOKEN, but model.vit.class_token is false");
    TeacherConfig teacher = task.getTeacher();
    problems.notNegative(teacher.getPrefixTokens(), TEACHER + ".prefix_tokens");
    problems.notNegative(teacher.getImageSize(), TEACHER + ".image_size");
    problems.unless(
        teacher.getName().matches("[A-Za-z0-9_.-]*"),
        TEACHER + ".name",
        String.format("may have letters, digits and _ . - only, found %s", teacher.getName()));
    DataChecks.normalization(teacher.getNormalization(), TEACHER + ".normalization", problems);
    if (teacher.hasArchitecture()) {
      ModelChecks.check(teacher.getArchitecture(), problems.at("model", TEACHER + ".architecture"));
    }
  }

  private static void classify(ClassifyTask task, boolean classToken, Problems problems) {
    problems.unless(
        task.getClasses() >= 2,
        "classify.classes",
        String.format("must be 2 or more, found %d", task.getClasses()));
    problems.share(task.getLabelSmoothing(), "classify.label_smoothing");
    problems.unless(
        classToken || task.getPooling() != ClassifyTask.Pooling.CLASS_TOKEN_POOLING,
        "classify.pooling",
        "is CLASS_TOKEN_POOLING, but model.vit.class_token is false");
  }
}
