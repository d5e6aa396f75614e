package org.fdistill.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.checkpoint.InitialWeights;
import org.fdistill.checkpoint.LoadReport;
import org.fdistill.checkpoint.NetworkParameters;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Student;
import org.fdistill.task.Tasks;
import org.tensorflow.ndarray.Shape;

/** What the variables hold before step 0: random values, or the weights of {@code init_from}. */
final class FirstValues {
  private final TrainingProgram program;
  private final RunConfig config;
  private final String network;

  /**
   * For variables that have no values yet.
   *
   * @param network what the names of the parameters of a run's only network start with
   */
  FirstValues(TrainingProgram program, RunConfig config, String network) {
    this.program = program;
    this.config = config;
    this.network = network;
  }

  /**
   * Assigns them all. What other weights gave to each parameter is written to the run's folder.
   *
   * @return what to tell the user, empty where there is nothing to tell
   */
  String assign(RunFolder folder) {
    program.initialize(config.getSeed());
    List<String> told = new ArrayList<>();
    List<Student> students = Tasks.students(config);
    for (Student student : students) {
      String source = student.run().getModel().getInitFrom();
      String report = student.isFirst() ? "init_from.txt" : "init_from-" + student.name() + ".txt";
      folder.remove(report);
      if (!source.isEmpty()) {
        LoadReport loaded =
            InitialWeights.load(
                Path.of(source),
                parameters(student, students),
                student.prefix(),
                program.endpoints().files(),
                program.session());
        folder.write(report, loaded.table());
        told.add(loaded.summary() + "\nEvery parameter: " + folder.file(report));
      }
    }
    if (!told.isEmpty()) {
      program.adoptAverages();
    }
    return String.join("\n", told);
  }

  /**
   * All of a student's by the names of a run of its own, but the optimiser's slots, whose names go
   * on from a parameter's, and the statistics of the run's own data.
   */
  private NetworkParameters parameters(Student student, List<Student> students) {
    Map<String, Shape> all = program.endpoints().files().shapes();
    Map<String, Shape> shapes = new LinkedHashMap<>(all);
    program.endpoints().statistics().forEach(shapes::remove);
    shapes
        .keySet()
        .removeIf(name -> all.containsKey(name.substring(0, Math.max(0, name.lastIndexOf('/')))));
    List<String> further = students.stream().skip(1).map(Student::name).toList();
    Map<String, Shape> own = new LinkedHashMap<>();
    shapes.forEach(
        (name, shape) -> {
          if (Student.ownerOf(name, further).equals(student.name())) {
            own.put(name.substring(student.prefix().length()), shape);
          }
        });
    return new NetworkParameters(network, student.run().getModel(), own);
  }
}
