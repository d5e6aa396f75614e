package org.fdistill.task.distill;

import org.fdistill.config.UserError;
import org.fdistill.teacher.Teacher;

/** What is said of features by the teacher that was opened, wherever its numbers come from. */
abstract class TeacherFeatures implements FeatureSource {
  /** Opened. */
  final Teacher teacher;

  TeacherFeatures(Teacher teacher) {
    this.teacher = teacher;
  }

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
  public UserError nonFinite(String when) {
    return teacher.nonFiniteTokens(when);
  }
}
