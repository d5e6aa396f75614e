package org.fdistill.train;

import org.fdistill.config.UserError;
import org.fdistill.data.InputPipeline;
import org.tensorflow.Session;

/** Labels must be among a task's classes: the graph itself would train on nonsense. */
final class LabelCheck {
  private final InputPipeline pipeline;
  private final int classes;
  private final String field;

  /**
   * Makes a check.
   *
   * @param classes K; 0: the task does not look at labels
   * @param field of the config that describes the data
   * @throws UserError where labels are needed and the source has none, or more classes than the
   *     task
   */
  LabelCheck(InputPipeline pipeline, int classes, String field) {
    this.pipeline = pipeline;
    this.classes = classes;
    this.field = field;
    if (classes > 0 && !pipeline.source().hasLabels()) {
      throw UserError.input(
          field
              + ": these examples have no labels, and the task needs one of "
              + classes
              + " classes for each.\nTake a source with labels.");
    }
    int named = pipeline.source().classNames().size();
    if (classes > 0 && named > classes) {
      throw UserError.input(
          String.format(
              "%s: these examples have %d classes, and classify.classes is %d.\n"
                  + "Set classify.classes to %d, or leave out the classes from %s on.",
              field, named, classes, named, pipeline.source().classNames().get(classes)));
    }
  }

  void observe(Session session, long[] positions, long[] labels) {
    for (int i = 0; classes > 0 && i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw UserError.input(
            pipeline.source().name(pipeline.exampleAt(session, positions[i]))
                + ": label "
                + labels[i]
                + ", expected 0 to "
                + (classes - 1)
                + ".\nSet classify.classes, or "
                + field
                + ".tfrecord.label_offset where labels start at 1.");
      }
    }
  }
}
