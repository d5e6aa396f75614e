package org.fdistill.export;

import java.nio.file.Path;
import java.util.Map;
import org.tensorflow.ndarray.Shape;

/** Where the weights of a SavedModel come from. */
public interface WeightSource {
  /**
   * Checks that they are the ones that a network needs.
   *
   * @param expected shape of each variable, by name
   * @throws org.fdistill.config.UserError of kind input, naming all that is missing or misshapen
   */
  void requireVariables(Map<String, Shape> expected);

  /** Brings every variable into the network. */
  void load(Receiver network);

  /** A network whose variables wait for their values. */
  interface Receiver {
    /** The shape of every variable, by name, in the order in which values are best given. */
    Map<String, Shape> shapes();

    /**
     * Reads every variable from TensorFlow's bundle.
     *
     * @param prefix of the bundle's files, which may hold more than these variables
     */
    void restore(Path prefix);

    /**
     * Sets one variable.
     *
     * @param values row-major, as many as the variable has
     */
    void assign(String variable, float[] values);
  }
}
