package org.fdistill.weights.pickle;

/** A value that a pickle completes after it was made. */
public interface Stateful {
  /** Takes the state, a dict for most classes. */
  void setState(Object state);
}
