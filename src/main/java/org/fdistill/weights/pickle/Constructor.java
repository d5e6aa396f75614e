package org.fdistill.weights.pickle;

/** What stands in for a Python class or function that a pickle may name. */
@FunctionalInterface
public interface Constructor {
  /**
   * The value that a call gives; nothing of Python runs.
   *
   * @param arguments as the pickle gives them, unchecked
   * @throws MalformedPickleException where they do not fit
   * @throws RefusedPickleException where they ask for what is not done
   */
  Object call(Tuple arguments);

  /** The same where a pickle may have given something else than a tuple of arguments. */
  default Object reduce(Object arguments) {
    if (arguments instanceof Tuple tuple) {
      return call(tuple);
    }
    throw new MalformedPickleException(
        Python.typeName(arguments) + " stands where a tuple of arguments belongs");
  }
}
