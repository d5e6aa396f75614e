package org.fdistill.config;

import java.util.List;
import org.fdistill.proto.TeacherConfig;

/** Checks a teacher's description: a run's, and what it becomes with the file beside the model. */
public final class TeacherChecks {
  private TeacherChecks() {}

  /**
   * Checks the teachers of a run.
   *
   * @param path of the list
   */
  public static void check(List<TeacherConfig> teachers, String path, Problems problems) {
    for (int i = 0; i < teachers.size(); i++) {
      check(teachers.get(i), path(path, i, teachers.size()), problems);
    }
  }

  /** Where one of several teachers stands, such as {@code distill.teacher[1]}. */
  public static String path(String list, int index, int count) {
    return Fields.element(list, index, count);
  }

  /**
   * Checks what relates several values of a description.
   *
   * @param path where it stands; empty where it stands for itself
   */
  public static void check(TeacherConfig teacher, String path, Problems problems) {
    problems.unless(
        teacher.getName().matches("[A-Za-z0-9_.-]*"),
        Fields.join(path, "name"),
        String.format(
            "may have letters, digits and _ . - only, found %s", Shortened.of(teacher.getName())));
    DataChecks.normalization(
        teacher.getNormalization(), Fields.join(path, "normalization"), problems);
    if (teacher.hasArchitecture()) {
      ModelChecks.check(
          teacher.getArchitecture(), problems.at("model", Fields.join(path, "architecture")));
    }
  }
}
