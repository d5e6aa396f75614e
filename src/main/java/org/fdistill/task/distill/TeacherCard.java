package org.fdistill.task.distill;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.fdistill.config.Licences;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.task.CardEntry;

/** What the card of a distilled model says of its teacher. */
final class TeacherCard {
  private TeacherCard() {}

  /**
   * Path, name and licence of the teacher, and what the licence says of the student.
   *
   * @param teacher as resolved with the description beside it
   */
  static CardEntry of(TeacherConfig teacher) {
    String licence = teacher.getLicence().isEmpty() ? "not stated" : teacher.getLicence();
    List<String> lines = new ArrayList<>();
    lines.add("- path: " + teacher.getPath());
    if (!teacher.getName().isEmpty()) {
      lines.add("- name: " + teacher.getName());
    }
    lines.add("- licence of its weights: " + licence);
    lines.add("");
    lines.add(
        "This model learned from the teacher's outputs. Of the teacher's licence: "
            + Licences.ofStudents(teacher.getLicence()));
    return new CardEntry(
        "A vision backbone, distilled from a teacher's features,",
        "distilled from " + teacher.getPath() + ", whose licence is: " + licence,
        Map.of("Teacher", lines));
  }
}
