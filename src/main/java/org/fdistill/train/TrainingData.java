package org.fdistill.train;

import java.nio.file.Path;
import org.fdistill.config.UserError;
import org.fdistill.data.BadExamples;
import org.fdistill.proto.DataConfig;
import org.tensorflow.Session;

/** The training batches of a run: where they stand, what is wrong with them, what to leave out. */
final class TrainingData {
  /** Positions of a window at least, so that opening one costs next to nothing. */
  private static final long LEAST_WINDOW = 10_000;

  /** Further positions of a window, in batches: a batch has room for as many unreadable images. */
  private static final long BATCHES = 8;

  private final TrainingProgram program;
  private final DataConfig config;
  private final Path report;
  private final LabelCheck labels;
  private BadExamples bad;
  private Span skipped;
  private long end;
  private boolean fruitful;

  /** Positions from {@code from} until before {@code to}. */
  record Span(long from, long to) {}

  TrainingData(TrainingProgram program, DataConfig config, int classes, RunFolder folder) {
    this.program = program;
    this.config = config;
    this.report = folder.file("unreadable-training-images.txt");
    this.labels = new LabelCheck(program.trainData(), classes, "train_data");
  }

  void start(long position) {
    open(position);
    bad = new BadExamples(program.trainData(), position, report, config.getMaxBadShare());
  }

  /**
   * Opens a window of positions. The pipeline leaves out what it cannot read without a word, so
   * that without an end it would go on for ever where all files have vanished.
   */
  private void open(long position) {
    long window = Math.max(LEAST_WINDOW, program.trainData().source().size());
    end = position + window + BATCHES * config.getBatchSize();
    fruitful = false;
    program.trainData().start(session(), position, end);
  }

  /**
   * Goes on in a new window, where the pipeline has come to the end of one.
   *
   * @throws UserError of kind run, where none of the window's images could be read
   */
  void goOn() {
    if (!fruitful) {
      long images = end - nextPosition();
      bad.finish(session(), end);
      throw UserError.run(
          String.format(
              "None of the next %d images could be read, those of more than an epoch.\n"
                  + "All are named in %s. Bring them back and start the same command again to go on"
                  + " from the newest checkpoint.",
              images, report));
    }
    open(nextPosition());
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
    fruitful = true;
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
