package org.fdistill.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.fdistill.config.UserError;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.task.Student;
import org.fdistill.task.Tasks;
import org.fdistill.task.knn.FeatureNetwork;
import org.fdistill.task.knn.NearestNeighbours.Outcome;
import org.fdistill.teacher.TeacherDescription;

/** kNN top-1 of what is evaluated and, beside it, of its teachers and of random weights. */
final class NeighbourComparison {
  private final Evaluated evaluated;
  private final ParsedOptions options;
  private final Console console;
  private final List<Integer> counts;
  private final NeighbourEvaluation evaluation;

  /**
   * For one evaluation.
   *
   * @param options of {@link EvaluateCommand}
   * @throws UserError where they name no numbers of neighbours
   */
  NeighbourComparison(Evaluated evaluated, ParsedOptions options, Console console) {
    this.evaluated = evaluated;
    this.options = options;
    this.console = console;
    this.counts = counts(options.text(EvaluateCommand.NEIGHBOURS));
    this.evaluation =
        new NeighbourEvaluation(
            evaluated.config(), options.integer(EvaluateCommand.BANK, 1), counts);
  }

  /** The numbers of neighbours that vote, in the order given. */
  private static List<Integer> counts(String text) {
    if (!text.matches("[1-9]\\d{0,6}(,[1-9]\\d{0,6})*")) {
      throw UserError.usage(
          "--k takes whole numbers from 1, such as 20 or 5,20,100; found " + text);
    }
    return Stream.of(text.split(",")).map(Integer::valueOf).toList();
  }

  /** What was found, by the names of {@code --json}. */
  Map<String, Object> values() {
    Map<String, FeatureNetwork> networks = networks();
    List<Outcome> outcomes = evaluation.run(List.copyOf(networks.values()));
    int bank = outcomes.get(0).bank();
    if (Collections.max(counts) > bank) {
      console.warn(
          "--k %d: only %d training images are there to vote."
              .formatted(Collections.max(counts), bank));
    }
    List<String> names = new ArrayList<>(networks.keySet());
    Map<String, Object> values = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      putTop1(values, names.get(i) + "_knn_top1", outcomes.get(i));
    }
    values.put("knn_bank", bank);
    values.put("knn_queries", outcomes.get(0).queries());
    return values;
  }

  private Map<String, FeatureNetwork> networks() {
    Map<String, FeatureNetwork> networks = new LinkedHashMap<>();
    if (evaluated.model() == null) {
      addStudents(networks);
    } else {
      networks.put(
          "student",
          evaluated.isDescribed() ? evaluation.teacher(0) : evaluation.export(evaluated.model()));
    }
    addUntrained(networks);
    String what = "kNN of " + evaluated.weights().origin();
    if (!evaluated.isDescribed() && !options.has(EvaluateCommand.NO_TEACHER)) {
      what += addTeachers(networks);
    }
    console.note(what + " ...");
    return networks;
  }

  /** The one teacher as teacher, of several each with its name behind it; says which they are. */
  private String addTeachers(Map<String, FeatureNetwork> networks) {
    List<TeacherConfig> teachers = Tasks.of(evaluated.config()).teachers();
    StringBuilder what = new StringBuilder();
    for (int i = 0; i < teachers.size(); i++) {
      Path path = Path.of(teachers.get(i).getPath());
      if (SavedModelFolder.isAt(path)) {
        String name = TeacherDescription.nameOf(teachers.get(i));
        networks.put(teachers.size() == 1 ? "teacher" : "teacher_" + name, evaluation.teacher(i));
        what.append(" and of the teacher ").append(path);
      } else {
        console.warn("the teacher " + path + " is not there; its kNN is left out.");
      }
    }
    return what.toString();
  }

  private void addStudents(Map<String, FeatureNetwork> networks) {
    for (Student student : evaluated.students()) {
      networks.put(student.title(), evaluation.student(student, evaluated.weights()));
    }
  }

  /** The first student's as untrained, that of another with its name behind it. */
  private void addUntrained(Map<String, FeatureNetwork> networks) {
    if (options.has(EvaluateCommand.UNTRAINED) && !evaluated.isDescribed()) {
      for (Student student : evaluated.students()) {
        String after = student.isFirst() ? "" : "_" + student.name();
        networks.put("untrained" + after, evaluation.untrained(student));
      }
    }
  }

  /** Under its name; of several numbers of neighbours each with it. */
  private void putTop1(Map<String, Object> values, String name, Outcome outcome) {
    for (int i = 0; i < counts.size(); i++) {
      values.put(counts.size() == 1 ? name : name + "_k" + counts.get(i), outcome.top1s().get(i));
    }
  }
}
