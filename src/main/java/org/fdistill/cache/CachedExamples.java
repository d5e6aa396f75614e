package org.fdistill.cache;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.fdistill.data.Draws;
import org.fdistill.data.Field;
import org.fdistill.data.FixedViews;
import org.fdistill.data.IndexArray;
import org.fdistill.data.StoredExample;
import org.fdistill.data.WrappedExamples;
import org.fdistill.data.augment.Framing;
import org.fdistill.data.augment.Geometry;
import org.fdistill.data.augment.Resize;
import org.fdistill.data.augment.StoredImage;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * Examples with the features that are stored for the view whose turn it is. A view of the image
 * shows what the stored geometry says, whatever it is asked for.
 */
final class CachedExamples extends WrappedExamples {
  private final FixedViews views;
  private final List<RecordLookup> lookups;

  /**
   * Of several teachers that saw the same views.
   *
   * @param views of the images
   * @param lookups into the cache of each teacher; at least one
   */
  CachedExamples(FixedViews views, List<RecordLookup> lookups) {
    super(views);
    this.views = views;
    this.lookups = List.copyOf(lookups);
  }

  @Override
  public Optional<byte[]> read(long index) throws IOException {
    Optional<byte[]> image = super.read(index);
    for (RecordLookup lookup : lookups) {
      lookup.stored().check(index);
    }
    return image;
  }

  @Override
  public List<IndexArray> indexArrays() {
    List<IndexArray> arrays = new ArrayList<>(super.indexArrays());
    lookups.forEach(lookup -> arrays.addAll(lookup.indexArrays()));
    return arrays;
  }

  @Override
  protected StoredExample changed(
      Ops tf,
      Function<Draws, StoredExample> inner,
      Operand<TInt64> index,
      List<Operand<?>> arrays,
      Draws draws) {
    int at = super.indexArrays().size();
    StoredExample example = inner.apply(draws);
    Operand<TInt64> view = views.viewAt(tf, draws.position());
    Map<Field<?>, Operand<?>> further = new LinkedHashMap<>(example.further());
    Operand<TInt32> geometry = null;
    for (RecordLookup lookup : lookups) {
      int end = at + lookup.indexArrays().size();
      RecordLookup.Found found = lookup.find(tf, index, view, arrays.subList(at, end));
      further.putAll(found.fields());
      geometry = geometry == null ? found.geometry() : geometry;
      at = end;
    }
    return new StoredExample(
        new Framed(example.image(), geometry), example.label(), example.mask(), draws, further);
  }

  /** An image whose geometry is known. */
  private record Framed(StoredImage image, Operand<TInt32> stored) implements StoredImage {
    @Override
    public Operand<TUint8> pixels(Ops tf) {
      return image.pixels(tf);
    }

    @Override
    public Operand<TInt32> geometry(Ops tf, Framing ignored, Operand<TInt64> seed) {
      return stored;
    }

    @Override
    public Operand<TUint8> view(Ops tf, Framing ignored, Operand<TInt64> seed, Resize resize) {
      return image.view(tf, (ops, size, s) -> Geometry.ofVector(ops, stored), seed, resize);
    }
  }
}
