package org.fdistill.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.fdistill.export.Exported;
import org.fdistill.export.SavedModelExporter;
import org.fdistill.task.Student;
import org.fdistill.task.Tasks;
import org.fdistill.train.ProgressListener;
import org.fdistill.train.RunEnd;
import org.fdistill.train.StopRequest;

/**
 * Exports a finished run's last checkpoint into its folder, as the next version of export/ where
 * the newest is not the same already.
 */
final class ExportAtEnd implements RunEnd {
  /** The exports of a run, below its folder. */
  static final String FOLDER = "export";

  private static final String STOPPED =
      "Stopped during the export; nothing of it is kept. All steps are done, and the same command"
          + " exports.";

  private final ProgressListener listener;

  /** Tells the listener how the export went. */
  ExportAtEnd(ProgressListener listener) {
    this.listener = listener;
  }

  @Override
  public Map<String, Object> finished(Finished run) {
    Map<String, Object> entries = new LinkedHashMap<>();
    for (Student student : Tasks.students(run.last().runConfig())) {
      Exported exported;
      try (StopRequest.Signals signals = AllOrNothing.orOnSignal(listener::message, STOPPED)) {
        exported = SavedModelExporter.export(run.last(), student, folder(run.folder(), student));
      }
      listener.message(text(exported));
      String before = student.isFirst() ? "" : student.name() + "_";
      entries.put(before + "export", run.folder().relativize(exported.path()).toString());
      entries.put(before + "export_parameters", exported.parameters());
    }
    return entries;
  }

  /** Where the versions of a student's exports stand: {@code export}, or {@code export/NAME}. */
  static Path folder(Path run, Student student) {
    Path exports = run.resolve(FOLDER);
    return student.isFirst() ? exports : exports.resolve(student.name());
  }

  /** What to tell of an export. */
  static String text(Exported exported) {
    return String.format(
        Locale.ROOT,
        "%s: %,d parameters. Loaded back: outputs differ by at most %.1e of the largest value.%s",
        exported.path(),
        exported.parameters(),
        exported.difference(),
        exported.isNew() ? "" : " The same version was there already.");
  }
}
