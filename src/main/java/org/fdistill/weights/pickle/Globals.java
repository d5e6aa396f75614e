package org.fdistill.weights.pickle;

/** What the names in a pickle stand for. */
public interface Globals {
  /**
   * Finds a global.
   *
   * @return a {@link Constructor}, or a value that is not called
   * @throws RefusedPickleException where it is none of the known
   */
  Object find(String module, String name);

  /**
   * Finds a value that is stored beside the pickle.
   *
   * @param id what the pickle calls it
   */
  Object persistent(Object id);
}
