package org.fdistill.weights;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.fdistill.config.Printable;
import org.fdistill.config.UserError;

/** A tensor whose numbers lie in a region. */
final class RegionTensor implements StoredTensor {
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  /** Views that repeat numbers are read up to this size even where little is stored. */
  private static final long MAX_REPEATED = 1 << 20;

  private final String name;
  private final StridedLayout layout;
  private final Region region;
  private final long start;

  /**
   * A view of a region.
   *
   * @param name as the file has it; it is shown without control characters
   * @param start the byte of its first number; the caller has checked that its span lies inside
   */
  RegionTensor(String name, StridedLayout layout, Region region, long start) {
    this.name = Printable.line(name);
    this.layout = layout;
    this.region = region;
    this.start = start;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long[] shape() {
    return layout.shape();
  }

  @Override
  public ElementType elementType() {
    return layout.elementType();
  }

  @Override
  public float[] floats() {
    int elements = arraySize(elements());
    if (layout.isRowMajor()) {
      return run(elements);
    }
    int span = arraySize(layout.span().orElseThrow());
    if (elements > Math.max(span, MAX_REPEATED)) {
      throw UserError.input(
          "Tensor %s repeats %d stored numbers to shape %s, more than is read. Save a copy of it: tensor.clone(memory_format=torch.contiguous_format)."
              .formatted(name, span, Arrays.toString(shape())));
    }
    return layout.gather(run(span), elements);
  }

  @Override
  public StoredTensor part(int index) {
    long from = start + index * layout.stride(0) * elementType().bytes();
    return new RegionTensor(name + "[" + index + "]", layout.withoutFirstAxis(), region, from);
  }

  @Override
  public StoredTensor rows(int first, int count) {
    long from = start + first * layout.stride(0) * elementType().bytes();
    String range = "[%d:%d]".formatted(first, first + count);
    return new RegionTensor(name + range, layout.withFirstSize(count), region, from);
  }

  private int arraySize(long elements) {
    if (elements > MAX_ARRAY) {
      throw UserError.input(
          "Tensor %s of shape %s has %d numbers; at most %d are read. It belongs to no model known here."
              .formatted(name, Arrays.toString(shape()), elements, MAX_ARRAY));
    }
    return (int) elements;
  }

  /** The first numbers as they are stored. */
  private float[] run(int count) {
    try {
      return read(count);
    } catch (InternalError e) {
      // What Java makes of a fault in mapped memory: the file was cut below a mapped window.
      throw new UserError(
          UserError.Kind.INPUT,
          "The file of tensor %s became shorter while it was read. Run again when it is complete."
              .formatted(name),
          e);
    } finally {
      region.release();
    }
  }

  private float[] read(int count) {
    FloatReader reader = new FloatReader(elementType());
    float[] values = new float[count];
    int each = Region.WINDOW / elementType().bytes();
    for (int done = 0; done < count; ) {
      int n = Math.min(each, count - done);
      long from = start + (long) done * elementType().bytes();
      ByteBuffer window = region.window(from, n * elementType().bytes()).order(layout.order());
      reader.read(window, values, done, n);
      done += n;
    }
    return values;
  }
}
