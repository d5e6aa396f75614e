package org.fdistill.config;

import java.util.Locale;
import org.fdistill.proto.TeacherConfig;

/** Checks the description of a teacher. */
public final class TeacherChecks {
  private TeacherChecks() {}

  /**
   * Checks all values.
   *
   * @param path of the description in its config
   * @param problems receives what is wrong
   */
  public static void check(TeacherConfig teacher, String path, Problems problems) {
    problems.notNegative(teacher.getPrefixTokens(), path + ".prefix_tokens");
    problems.notNegative(teacher.getImageSize(), path + ".image_size");
    problems.unless(
        teacher.getName().matches("[A-Za-z0-9_.-]*"),
        path + ".name",
        String.format(
            Locale.ROOT, "may have letters, digits and _ . - only, found %s", teacher.getName()));
    DataChecks.normalization(teacher.getNormalization(), path + ".normalization", problems);
    if (teacher.hasArchitecture()) {
      ModelChecks.check(teacher.getArchitecture(), problems.at("model", path + ".architecture"));
    }
  }
}
