package org.fdistill.weights.pickle;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The classes and functions with which NumPy writes its arrays, types and numbers into pickles. */
public final class NumpyClasses {
  private NumpyClasses() {}

  /** The classes by their full names, of NumPy before and since 2. */
  public static Map<String, Object> all() {
    Map<String, Object> classes = new HashMap<>();
    classes.put("numpy.ndarray", "numpy.ndarray");
    classes.put(
        "numpy.dtype", (Constructor) arguments -> new NumpyDtype(arguments.get(0, String.class)));
    for (String module : List.of("numpy.core.multiarray.", "numpy._core.multiarray.")) {
      classes.put(module + "_reconstruct", (Constructor) arguments -> new NumpyArray());
      classes.put(
          module + "scalar",
          (Constructor)
              arguments -> NumpyArray.scalar(arguments.get(0, NumpyDtype.class), arguments.get(1)));
    }
    return classes;
  }
}
