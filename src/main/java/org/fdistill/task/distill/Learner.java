package org.fdistill.task.distill;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.config.UserError;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Network;
import org.fdistill.proto.DistillTask;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Student;
import org.fdistill.task.Tasks;

/**
 * One of a run's students, and what it learns.
 *
 * @param student its name, and the run that would train it alone
 * @param objective with the run's teachers
 */
record Learner(Student student, StudentObjective objective) {
  /** All students of a run, with its teachers. */
  static List<Learner> of(RunConfig run, DistillTask config, Teachers teachers) {
    List<Learner> learners = new ArrayList<>();
    for (Student student : Tasks.students(run)) {
      StudentObjective objective =
          StudentObjective.of(config, Tasks.network(student.run()).backbone(), teachers);
      learners.add(new Learner(student, objective));
    }
    return learners;
  }

  /** Refuses a grid that a mask of the first student's patches does not fit. */
  void requireGrid(int grid) {
    if (network().backbone().grid() != grid) {
      throw UserError.usage(
          "distill.mask: student %s has %2$d x %2$d patches, the first one %3$d x %3$d.\nExpected one"
                  .formatted(student.title(), network().backbone().grid(), grid)
              + " grid, since all students see the same patches. Change a patch_size, or leave the"
              + " mask out.");
    }
  }

  /** The network in training. */
  Network network() {
    return Tasks.network(student.run());
  }

  /** The same for the pixels of validation. */
  Network evaluated() {
    return Tasks.evaluated(student.run());
  }

  /** Where its parameters stand: those of the first at the root. */
  LayerScope scope(LayerScope root) {
    return student.scope(root);
  }

  /** Values by name, as they are called among those of several students. */
  <T> Map<String, T> among(int students, Map<String, T> values) {
    if (students == 1) {
      return values;
    }
    Map<String, T> named = new LinkedHashMap<>();
    values.forEach((name, value) -> named.put(student.title() + "_" + name, value));
    return named;
  }
}
