package org.fdistill.weights.pickle;

/** An array of NumPy's, or one number of its. */
public final class NumpyArray implements Stateful {
  private static final int MAX_RANK = 64;

  private long[] shape = {};
  private NumpyDtype type = new NumpyDtype("O");
  private boolean columnMajor;
  private Object data;

  NumpyArray() {}

  static NumpyArray scalar(NumpyDtype type, Object data) {
    NumpyArray array = new NumpyArray();
    array.type = type;
    array.data = data;
    return array;
  }

  /** Takes (version, shape, type, column-major?, data). */
  @Override
  public void setState(Object state) {
    if (!(state instanceof Tuple fields)) {
      throw new MalformedPickleException("a NumPy array gets no tuple as its state");
    }
    shape = shape(fields.get(1, Tuple.class));
    type = fields.get(2, NumpyDtype.class);
    columnMajor = fields.get(3, Boolean.class);
    data = fields.get(4);
  }

  /** A tuple of sizes as an array. */
  public static long[] shape(Tuple sizes) {
    if (sizes.size() > MAX_RANK) {
      throw new MalformedPickleException("an array has %d dimensions".formatted(sizes.size()));
    }
    long[] shape = new long[sizes.size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = sizes.getLong(i);
    }
    return shape;
  }

  /** The sizes of its dimensions, unchecked. */
  public long[] shape() {
    return shape;
  }

  /** Its type. */
  public NumpyDtype type() {
    return type;
  }

  /** Whether the first index runs fastest. */
  public boolean isColumnMajor() {
    return columnMajor;
  }

  /** Its bytes; empty where it holds objects. */
  public byte[] bytes() {
    return data instanceof byte[] bytes ? bytes : new byte[0];
  }
}
