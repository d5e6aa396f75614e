package org.fdistill.weights.pickle;

/** A pickle is whole, but asks for what is not done. The message is a part of a sentence. */
public final class RefusedPickleException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says what it asks for. */
  public RefusedPickleException(String message) {
    super(message);
  }
}
