package org.fdistill.cli;

import org.fdistill.diagnose.Diagnosis;

/** Tells how far a diagnosis is: each step by name, then its images as they are counted. */
final class DiagnosisProgress implements Diagnosis.Listener, AutoCloseable {
  private final Console console;
  private CountProgress counting;

  DiagnosisProgress(Console console) {
    this.console = console;
  }

  @Override
  public void begins(String what, long images) {
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
