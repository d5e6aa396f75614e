package org.fdistill.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.fdistill.checkpoint.Checkpoint;
import org.fdistill.diagnose.Diagnosis;
import org.fdistill.diagnose.DiagnosisRequest;
import org.fdistill.diagnose.Images;
import org.fdistill.diagnose.LandscapeOptions;
import org.fdistill.diagnose.Subject;
import org.fdistill.diagnose.Subjects;
import org.fdistill.files.Folders;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.task.Student;
import org.fdistill.task.Tasks;
import org.fdistill.train.StopRequest;

/** Looks into a distillation's teachers and student, on a few images and in seconds. */
final class RunDiagnosis {
  /** The results, below a run's folder. */
  static final Path FOLDER = Path.of("diagnosis");

  private static final Set<String> QUICK =
      Set.of("attention_distance", "head_similarity", "attention_maps", "feature_rank");

  private static final int BATCH = 16;

  /** It is none of the quick measures. */
  private static final LandscapeOptions NO_LANDSCAPE = new LandscapeOptions(0, 1, 0, 0);

  private static final Diagnosis.Listener NOBODY =
      new Diagnosis.Listener() {
        @Override
        public void begins(String what, long images) {}

        @Override
        public void done(long images) {}
      };

  private final RunConfig config;
  private final List<TeacherConfig> teachers;

  RunDiagnosis(RunConfig config) {
    this.config = config;
    this.teachers = Tasks.of(config).teachers();
  }

  /** Whether the run has what it takes, and asks for it. */
  boolean isWanted() {
    return config.getLog().getReportDiagnosisImages() > 0
        && config.hasValidationData()
        && !teachers.isEmpty();
  }

  /**
   * Measures and writes the results in place of those before.
   *
   * @param run its folder
   * @param stop ends it early; what is done by then is kept
   */
  void write(Path run, Checkpoint last, StopRequest stop) throws IOException {
    Folders.delete(run.resolve(FOLDER));
    Images images =
        Images.open(config.getValidationData(), config.getLog().getReportDiagnosisImages(), BATCH);
    DiagnosisRequest request =
        new DiagnosisRequest(
            subjects(last), images, QUICK, null, NO_LANDSCAPE, run.resolve(FOLDER));
    new Diagnosis(request, stop, NOBODY).run();
    Folders.delete(run.resolve(FOLDER).resolve("unfinished"));
  }

  private List<Subject> subjects(Checkpoint last) {
    List<Subject> subjects = new ArrayList<>();
    for (TeacherConfig teacher : teachers) {
      String label = teachers.size() == 1 ? "teacher" : "teacher " + (subjects.size() + 1);
      subjects.add(Subjects.teacher(label, teacher));
    }
    subjects.addAll(Subjects.students(last, Student::title));
    return subjects;
  }
}
