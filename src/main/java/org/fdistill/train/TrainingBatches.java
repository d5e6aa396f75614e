package org.fdistill.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.fdistill.config.UserError;
import org.fdistill.data.BadExamples;
import org.fdistill.data.ExampleCheck;
import org.fdistill.data.InputPipeline;
import org.fdistill.proto.DataConfig;
import org.tensorflow.Session;

/** The training batches of a run: where they stand, what is wrong with them, what to leave out. */
final class TrainingBatches {
  private static final String FIELD = "train_data";

  /** Positions of a window at least, so that opening one costs next to nothing. */
  private static final long LEAST_WINDOW = 10_000;

  /** Further positions of a window, in batches: a batch has room for as many unreadable images. */
  private static final long BATCHES = 8;

  private final Session session;
  private final InputPipeline pipeline;
  private final DataConfig config;
  private final Path report;
  private final CheckedFields checks;
  private BadExamples bad;
  private Span skipped;
  private long end;
  private boolean fruitful;

  /**
   * Describes the batches; {@link #start} opens them.
   *
   * @param checks of each example
   * @param report the file that names unreadable examples
   */
  TrainingBatches(
      Session session,
      InputPipeline pipeline,
      DataConfig config,
      List<ExampleCheck> checks,
      Path report) {
    this.session = session;
    this.pipeline = pipeline;
    this.config = config;
    this.report = report;
    this.checks = new CheckedFields(pipeline, checks, FIELD);
  }

  /** Starts, or starts anew, at a position. */
  void start(long position) {
    open(position);
    bad = new BadExamples(pipeline, position, report, config.getMaxBadShare());
  }

  /**
   * Opens a window of positions. The pipeline leaves out what it cannot read without a word, so
   * that without an end it would go on for ever where all files have vanished.
   */
  private void open(long position) {
    long window = Math.max(LEAST_WINDOW, pipeline.source().size());
    end = position + window + BATCHES * config.getBatchSize();
    fruitful = false;
    pipeline.start(session, position, end);
  }

  /**
   * Goes on in a new window, where the pipeline has come to the end of one.
   *
   * @throws UserError of kind run, where none of the window's images could be read
   */
  void goOn() {
    if (!fruitful) {
      long images = end - nextPosition();
      bad.finish(session, end);
      throw UserError.run(
          String.format(
              Locale.ROOT,
              "None of the next %d images could be read, those of more than an epoch.\n"
                  + "All are named in %s. Bring them back and start the same command again to go on"
                  + " from the newest checkpoint.",
              images,
              report));
    }
    open(nextPosition());
  }

  /** Fails before a long run on data of which nothing can be read. */
  void checkReadable() {
    pipeline.checkReadable(session, nextPosition());
  }

  /** Leaves out a span when its turn comes. */
  void skip(Span span) {
    skipped = span;
  }

  /**
   * Before a step: jumps over the span that is to be left out, where it is next, and opens the next
   * window where this one is nearly done. Where several processes train, one that came to an end
   * within a step would leave the others waiting in it.
   */
  void prepareStep() {
    if (skipped != null && nextPosition() == skipped.from()) {
      start(skipped.to());
      skipped = null;
    } else if (fruitful && end - nextPosition() < BATCHES * config.getBatchSize()) {
      open(nextPosition());
    }
  }

  /** Looks at a batch that was taken. */
  void observe(ObservedFields batch) {
    fruitful = true;
    bad.observe(session, batch.positions());
    checks.observe(session, batch);
  }

  /** The position after the last batch. */
  long nextPosition() {
    return bad.nextPosition();
  }
}
