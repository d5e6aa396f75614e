package org.fdistill.export;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.fdistill.checkpoint.CheckpointChoice;
import org.fdistill.config.UserError;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.task.Tasks;
import org.fdistill.teacher.TeacherDescription;

/**
 * The weights that a run started from, for the card of what it made of them.
 *
 * @param path as the run's config has it
 * @param licence of theirs; not stated where it is empty or they are no longer there
 */
record StartingWeights(String path, String licence) {
  /** Those of a run; empty where it started from random ones. */
  static Optional<StartingWeights> of(RunConfig run) {
    String path = run.getModel().getInitFrom();
    return path.isEmpty()
        ? Optional.empty()
        : Optional.of(new StartingWeights(path, licence(Path.of(path))));
  }

  /** The licence of a run's network, as far as its teacher and its beginning tell. */
  static String licence(RunConfig run) {
    String learned = Tasks.card(run).licence();
    String started = of(run).map(StartingWeights::text).orElse("");
    return learned.isEmpty() || started.isEmpty() ? learned + started : learned + "; " + started;
  }

  private String text() {
    return "started from " + path + ", whose licence is: " + stated();
  }

  private String stated() {
    return licence.isEmpty() ? "not stated" : licence;
  }

  private static String licence(Path path) {
    try {
      if (SavedModelFolder.isAt(path)) {
        TeacherConfig found = TeacherConfig.newBuilder().setPath(path.toString()).build();
        return TeacherDescription.of(found).getLicence();
      }
      if (CheckpointChoice.isCheckpoint(path)) {
        return licence(CheckpointChoice.open(path, CheckpointChoice.LAST).runConfig());
      }
      return CheckpointChoice.isRun(path)
          ? CheckpointChoice.config(path).map(StartingWeights::licence).orElse("")
          : "";
    } catch (UserError e) {
      return ""; // Nothing that can be read is there any more; the model is whole without.
    }
  }

  /** For the model card. */
  ModelContent.Section section() {
    return new ModelContent.Section(
        "Beginning",
        List.of(
            "- weights: " + path,
            "- their licence: " + stated(),
            "",
            "This model is made of those weights; what their licence asks of works that are derived"
                + " from them holds for it."));
  }
}
