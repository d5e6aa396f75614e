package org.fdistill.weights.pickle;

/** A type of numbers of NumPy's. */
public final class NumpyDtype implements Stateful {
  private final String code;
  private String order = "|";

  NumpyDtype(String code) {
    this.code = code;
  }

  @Override
  public void setState(Object state) {
    if (state instanceof Tuple fields && fields.size() > 1) {
      order = fields.get(1, String.class);
    }
  }

  /** Its description as in .npy files, such as {@code <f4}. */
  public String description() {
    return order + code;
  }

  @Override
  public String toString() {
    return "numpy.dtype(" + description() + ")";
  }
}
