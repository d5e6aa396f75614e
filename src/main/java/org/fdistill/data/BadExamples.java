package org.fdistill.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;
import org.tensorflow.Session;

/**
 * Counts and names the examples that a pipeline left out, from the gaps in the positions of its
 * batches. Each example is named once, however often its turn comes, and by however many passes
 * that share a report.
 */
public final class BadExamples {
  /** Examples (or one epoch, if shorter) that a share refers to, until more have been seen. */
  private static final long LEAST_SEEN = 1000;

  private final InputPipeline pipeline;
  private final Path report;
  private final double maxShare;
  private final Set<Long> named = new HashSet<>();

  /** Lines of the report, those of an earlier pass among them; null until one is added. */
  private Set<String> known;

  private long next;
  private long seen;
  private long count;
  private String latest = "";

  /**
   * Starts to count.
   *
   * @param pipeline where the batches come from
   * @param position where the pipeline was started
   * @param report the file that names are appended to, made when the first one is found
   * @param maxShare the largest share of unreadable examples, of those seen so far
   */
  public BadExamples(InputPipeline pipeline, long position, Path report, double maxShare) {
    this.pipeline = pipeline;
    this.next = pipeline.firstPosition(position);
    this.report = report;
    this.maxShare = maxShare;
  }

  /**
   * Looks at one batch.
   *
   * @param positions of the batch, as the pipeline gave them
   * @throws UserError of kind run, where too many examples are unreadable
   */
  public void observe(Session session, long[] positions) {
    for (long position : positions) {
      skipTo(session, position);
      next = pipeline.firstPosition(position + 1);
      seen++;
    }
  }

  /**
   * Looks at what was missing between the last batch and the end of an evaluation.
   *
   * @param end the end that the pipeline was started with
   * @throws UserError of kind run, where too many examples are unreadable
   */
  public void finish(Session session, long end) {
    skipTo(session, end);
  }

  private void skipTo(Session session, long position) {
    for (; next < position; next = pipeline.firstPosition(next + 1)) {
      seen++;
      count++;
      name(session, next);
      long of = Math.max(seen, Math.min(LEAST_SEEN, pipeline.source().size()));
      if (count > maxShare * of) {
        throw tooMany();
      }
    }
  }

  private void name(Session session, long position) {
    long example = pipeline.exampleAt(session, position);
    if (!named.add(example)) {
      return;
    }
    String reason = UnreadableReason.find(pipeline, session, example);
    latest =
        pipeline.source().name(example)
            + ": "
            + (reason.isEmpty() ? "could not be read at first, can be read now" : reason);
    try {
      if (known == null) {
        known = new HashSet<>(Files.exists(report) ? Files.readAllLines(report) : List.of());
      }
      if (known.add(latest)) {
        Files.write(report, List.of(latest), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      }
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.RUN,
          "Cannot write " + report + ": " + FileTrouble.of(e).reason() + ".",
          e);
    }
  }

  private UserError tooMany() {
    return UserError.run(
        "%d of %d images could not be read, more than max_bad_share: %s allows. The latest: %s\n"
                .formatted(count, seen, maxShare, latest)
            + "All are named in %s. Mend or remove them, or raise max_bad_share."
                .formatted(report));
  }

  /** The position after the last one observed: where a resumed run starts. */
  public long nextPosition() {
    return next;
  }
}
