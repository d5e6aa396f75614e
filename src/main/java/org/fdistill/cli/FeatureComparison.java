package org.fdistill.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.checkpoint.SavedWeights;
import org.fdistill.eval.NeighbourVote;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Student;
import org.fdistill.task.Tasks;
import org.fdistill.task.knn.NearestNeighbours.Outcome;
import org.fdistill.train.RunEnd;

/** Compares teacher, untrained and distilled student once a run has ended. */
final class FeatureComparison implements RunEnd {
  /** Where the results stand in {@code summary.json}. */
  static final String TEACHER_TOP1 = "teacher_knn_top1";

  static final String UNTRAINED_TOP1 = "untrained_knn_top1";
  static final String STUDENT_TOP1 = "student_knn_top1";
  static final String PREDICT_ZERO = "predict_zero_loss";
  static final String LOSS = "validation_loss";

  private final RunConfig config;
  private final int bank;
  private final Console console;

  /**
   * For one run.
   *
   * @param config a distillation's, whose images have labels
   * @param bank training images that are compared with, at most
   */
  FeatureComparison(RunConfig config, int bank, Console console) {
    this.config = config;
    this.bank = bank;
    this.console = console;
  }

  @Override
  public Map<String, Object> finished(Finished run) {
    console.note("comparing features by their nearest neighbours ...");
    NeighbourEvaluation neighbours =
        new NeighbourEvaluation(config, bank, List.of(NeighbourVote.NEIGHBOURS));
    Student student = Tasks.students(config).get(0);
    List<Outcome> outcomes =
        neighbours.run(
            List.of(
                neighbours.teacher(0),
                neighbours.untrained(student),
                neighbours.student(student, SavedWeights.of(run.last()))));
    Map<String, Object> entries = new LinkedHashMap<>();
    entries.put(TEACHER_TOP1, outcomes.get(0).top1());
    entries.put(UNTRAINED_TOP1, outcomes.get(1).top1());
    entries.put(STUDENT_TOP1, outcomes.get(2).top1());
    entries.put(LOSS, run.validation().get("loss"));
    entries.put(PREDICT_ZERO, run.validation().get(PREDICT_ZERO));
    return entries;
  }
}
