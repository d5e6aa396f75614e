package org.fdistill.data;

import java.nio.file.Path;
import org.tensorflow.Session;

/**
 * Counts and names the examples that a pipeline left out, from the gaps in the positions of its
 * batches.
 */
public final class BadExamples {
  /**
   * Starts to count.
   *
   * @param pipeline where the batches come from
   * @param position where the pipeline was started
   * @param report the file that names are appended to, made when the first one is found
   * @param maxShare the largest share of unreadable examples, of those seen so far
   */
  public BadExamples(InputPipeline pipeline, long position, Path report, double maxShare) {
    throw new UnsupportedOperationException();
  }

  /**
   * Looks at one batch.
   *
   * @param positions of the batch, as the pipeline gave them
   * @throws org.fdistill.config.UserError of kind run, where too many examples are unreadable
   */
  public void observe(Session session, long[] positions) {
    throw new UnsupportedOperationException();
  }

  /**
   * Looks at what was missing between the last batch and the end of an evaluation.
   *
   * @param end the end that the pipeline was started with
   */
  public void finish(Session session, long end) {
    throw new UnsupportedOperationException();
  }

  /** Unreadable examples so far, repeats in later epochs included. */
  public long count() {
    throw new UnsupportedOperationException();
  }

  /** The position after the last one observed: where a resumed run starts. */
  public long nextPosition() {
    throw new UnsupportedOperationException();
  }
}
