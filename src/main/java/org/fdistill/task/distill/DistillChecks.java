package org.fdistill.task.distill;

import java.util.List;
import java.util.Optional;
import org.fdistill.config.AugmentChecks;
import org.fdistill.config.ModelChecks;
import org.fdistill.config.Problems;
import org.fdistill.config.StudentChecks;
import org.fdistill.config.TeacherChecks;
import org.fdistill.proto.AugmentConfig;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.DistillTask;
import org.fdistill.proto.DistillTask.Combination;
import org.fdistill.proto.DistillTask.TargetNormalization;
import org.fdistill.proto.DistillTask.Targets;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TeacherConfig;

/** Checks the values of a distillation's config, before anything is opened. */
final class DistillChecks {
  private static final String TEACHER = "distill.teacher";

  private DistillChecks() {}

  /** Checks a run's task, and the run where the task depends on it. */
  static void check(DistillTask config, RunConfig run, Problems problems) {
    student(config, run.getModel(), problems);
    StudentChecks.check(config.getStudentList(), run.getModel(), problems);
    for (int i = 0; i < config.getStudentCount(); i++) {
      String path = StudentChecks.path(i, config.getStudentCount()) + ".model";
      student(config, config.getStudent(i).getModel(), problems.at("model", path));
    }
    TeacherChecks.check(config.getTeacherList(), TEACHER, problems);
    weights(config, problems);
    logits(config, problems);
    problems.unless(
        config.getDropTeacher() == 0 || config.getTeacherCount() > 1,
        "distill.drop_teacher",
        "is set, but there is one teacher alone; leave it out");
    AugmentChecks.pixelsAlone(run.getTrainData(), "distill", problems);
    geometryAlone(config, run.getTrainData().getAugment(), problems);
  }

  /** Of a view that the teacher sees in other colours every time, no features can be kept. */
  private static void geometryAlone(DistillTask config, AugmentConfig augment, Problems problems) {
    problems.unless(
        !config.hasCache() || !(augment.hasColorJitter() || augment.hasRandAugment()),
        "distill.cache",
        "holds the teacher's features of fixed views, but train_data.augment has color_jitter or"
            + " rand_augment, which the teacher sees as well; leave them out");
    problems.unless(
        !config.hasCache() || config.getTeacherList().stream().noneMatch(t -> t.getDropPath() > 0),
        "distill.cache",
        "holds features that stay the same, but a teacher has drop_path, which changes them in"
            + " every step; leave out one of both");
  }

  private static void student(DistillTask config, BackboneConfig model, Problems problems) {
    Optional<String> noClassToken = ModelChecks.noClassToken(model);
    problems.unless(
        noClassToken.isEmpty() || config.getTargets() != Targets.CLASS_TOKEN,
        "distill.targets",
        "is CLASS_TOKEN, but " + noClassToken.orElse(""));
    boolean mean = config.getTargets() == Targets.GAP || config.getTargets() == Targets.LOGITS;
    ModelChecks.finalNorm(model, mean, "distill.targets GAP or LOGITS", problems);
    StudentInputChecks.check(config, model, problems);
  }

  private static void logits(DistillTask config, Problems problems) {
    boolean ofTeacher =
        config.getTeacherList().stream()
            .anyMatch(
                t ->
                    t.hasTargetNormalization()
                        && t.getTargetNormalization() != TargetNormalization.NONE);
    problems.unless(
        config.getTargets() != Targets.LOGITS
            || (config.getTargetNormalization() == TargetNormalization.NONE && !ofTeacher),
        "distill.target_normalization",
        "is "
            + config.getTargetNormalization()
            + ", but targets LOGITS are compared as they are; set NONE, for each teacher too");
  }

  private static void weights(DistillTask config, Problems problems) {
    List<TeacherConfig> teachers = config.getTeacherList();
    if (config.getCombination() == Combination.FIXED) {
      problems.unless(
          teachers.isEmpty() || teachers.stream().anyMatch(t -> t.getWeight() > 0),
          TEACHER,
          "has weights that sum to nothing; give one teacher at least a weight above 0");
      return;
    }
    for (int i = 0; i < teachers.size(); i++) {
      problems.unless(
          !teachers.get(i).hasWeight() || teachers.get(i).getWeight() == 1,
          TeacherChecks.path(TEACHER, i, teachers.size()) + ".weight",
          "is "
              + teachers.get(i).getWeight()
              + ", but distill.combination is "
              + config.getCombination()
              + "; set FIXED");
    }
  }
}
