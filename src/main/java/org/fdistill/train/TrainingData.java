package org.fdistill.train;

import java.nio.file.Path;
import org.fdistill.data.BadExamples;
import org.fdistill.proto.DataConfig;
import org.tensorflow.Session;

/** The training batches of a run: where they stand, what is wrong with them, what to leave out. */
final class TrainingData {
  private final TrainingProgram program;
  private final DataConfig config;
  private final Path report;
  private final LabelCheck labels;
  private BadExamples bad;
  private Span skipped;

  /** Positions from {@code from} until before {@code to}. */
  record Span(long from, long to) {}

  TrainingData(TrainingProgram program, DataConfig config, int classes, RunFolder folder) {
    this.program = program;
    this.config = config;
    this.report = folder.file("unreadable-training-images.txt");
    this.labels = new LabelCheck(program.trainData(), classes, "train_data");
  }

  void start(long position) {
    program.trainData().start(session(), position, Long.MAX_VALUE);
    bad = new BadExamples(program.trainData(), position, report, config.getMaxBadShare());
  }

  /** Fails before a long run on data of which nothing can be read. */
  void checkReadable() {
    program.trainData().checkReadable(session(), nextPosition());
  }

  /** Leaves out a span when its turn comes. */
  void skip(Span span) {
    skipped = span;
  }

  /** Jumps over the span that is to be left out, where it is next. */
  void jump() {
    if (skipped != null && nextPosition() == skipped.from()) {
      start(skipped.to());
      skipped = null;
    }
  }

  void observe(TrainingProgram.MicroResult result) {
    bad.observe(session(), result.positions());
    labels.observe(session(), result.positions(), result.labels());
  }

  /** The position after the last batch. */
  long nextPosition() {
    return bad.nextPosition();
  }

  private Session session() {
    return program.session();
  }
}
