package org.fdistill.cli;

import org.fdistill.diagnose.Diagnosis;

/** Tells how far a diagnosis is: each step by name, then its images as they are counted. */
final class DiagnosisProgress implements Diagnosis.Listener, AutoCloseable {
  private final Console console;
  private final long images;
  private CountProgress counting;

  /**
   * For one diagnosis.
   *
   * @param images of each step
   */
  DiagnosisProgress(Console console, long images) {
    this.console = console;
    this.images = images;
  }

  @Override
  public void begins(String what) {
    close();
    console.note(what + " ...");
    counting = new CountProgress(console, "of %,d images done".formatted(images));
  }

  @Override
  public void done(long count) {
    counting.accept(count);
  }

  @Override
  public void close() {
    if (counting != null) {
      counting.close();
      counting = null;
    }
  }
}
