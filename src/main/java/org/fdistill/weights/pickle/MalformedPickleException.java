package org.fdistill.weights.pickle;

/** A pickle is damaged, or no pickle. The message is a part of a sentence. */
public final class MalformedPickleException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says what does not fit. */
  public MalformedPickleException(String message) {
    super(message);
  }
}
