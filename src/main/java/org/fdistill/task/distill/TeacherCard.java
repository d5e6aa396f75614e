package org.fdistill.task.distill;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.config.Licences;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.task.CardEntry;

/** What the card of a distilled model says of its teachers. */
final class TeacherCard {
  private TeacherCard() {}

  /**
   * Path, name and licence of each teacher, and what the licence says of the student.
   *
   * @param teachers one at least, each as resolved with the description beside it
   */
  static CardEntry of(List<TeacherConfig> teachers) {
    Map<String, List<String>> sections = new LinkedHashMap<>();
    List<String> sources = new ArrayList<>();
    for (TeacherConfig teacher : teachers) {
      String heading = teachers.size() == 1 ? "Teacher" : "Teacher " + (sections.size() + 1);
      sections.put(heading, lines(teacher));
      sources.add(teacher.getPath() + ", whose licence is: " + licence(teacher));
    }
    return new CardEntry(
        "A vision backbone, distilled from a teacher's features,",
        "distilled from " + String.join("; and from ", sources),
        sections);
  }

  private static List<String> lines(TeacherConfig teacher) {
    List<String> lines = new ArrayList<>();
    lines.add("- path: " + teacher.getPath());
    if (!teacher.getName().isEmpty()) {
      lines.add("- name: " + teacher.getName());
    }
    lines.add("- licence of its weights: " + licence(teacher));
    lines.add("");
    lines.add(
        "This model learned from the teacher's outputs. Of the teacher's licence: "
            + Licences.ofStudents(teacher.getLicence()));
    return lines;
  }

  private static String licence(TeacherConfig teacher) {
    return teacher.getLicence().isEmpty() ? "not stated" : teacher.getLicence();
  }
}
