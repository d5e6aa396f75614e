package org.fdistill.config;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.StudentConfig;

/** Checks the students beside a run's first. */
public final class StudentChecks {
  private static final String LIST = "distill.student";

  /** What the first student's variables and files start with, those of teachers, and metrics. */
  private static final Set<String> TAKEN =
      Set.of(
          "student",
          "projector",
          "targets",
          "weighting",
          "decoder",
          "teacher",
          "predict_zero",
          "untrained",
          "validation");

  private StudentChecks() {}

  /**
   * Checks names and networks.
   *
   * @param first the run's model
   */
  public static void check(List<StudentConfig> students, BackboneConfig first, Problems problems) {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < students.size(); i++) {
      StudentConfig student = students.get(i);
      String path = path(i, students.size());
      problems.unless(
          student.getName().matches("[A-Za-z][A-Za-z0-9_.-]*")
              && !TAKEN.contains(student.getName())
              && !student.getName().startsWith("projector_"),
          path + ".name",
          String.format(
              "must start with a letter, have letters, digits and _ . - only, and be none of %s,"
                  + " projector_...; found \"%s\"",
              String.join(", ", TAKEN.stream().sorted().toList()),
              Shortened.of(student.getName())));
      problems.unless(
          names.add(student.getName()),
          path + ".name",
          "is that of another student too: " + Shortened.of(student.getName()));
      ModelChecks.check(student.getModel(), problems.at("model", path + ".model"));
      problems.unless(
          ModelChecks.imageSize(student.getModel()).equals(ModelChecks.imageSize(first)),
          path + ".model",
          "must take images of the first student's size");
    }
  }

  /** Where one of the students stands. */
  public static String path(int index, int count) {
    return Fields.element(LIST, index, count);
  }
}
