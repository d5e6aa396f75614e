package org.fdistill.cache;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.fdistill.data.Field;
import org.fdistill.data.IndexArray;
import org.fdistill.data.PathBytes;
import org.fdistill.data.RecordReads;
import org.fdistill.data.augment.Geometry;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * Finds a record of a cache in the graph: all records are equally long, so that its place among
 * those that are not left out says where it starts. One read from one file.
 *
 * @param stored the cache's files, complete
 * @param fields what the record gives
 */
record RecordLookup(StoredFeatures stored, FeatureFields fields) {
  /**
   * One record.
   *
   * @param geometry of the view [9]
   * @param fields its features
   */
  record Found(Operand<TInt32> geometry, Map<Field<?>, Operand<?>> fields) {}

  /** The files' paths, and the numbers of records that are left out. */
  List<IndexArray> indexArrays() {
    String prefix = fields.features().name();
    return List.of(
        new IndexArray(prefix + "_files", TString.class, this::paths),
        new IndexArray(prefix + "_left_out", TInt64.class, this::leftOut));
  }

  private TType paths() {
    return PathBytes.tensor(
        IntStream.range(0, stored.layout().shards()).mapToObj(stored::file).toList());
  }

  private TType leftOut() {
    return TInt64.tensorOf(StdArrays.ndCopyOf(stored.leftOut()));
  }

  /**
   * Reads the record of a view. Where it is left out, not whole or not the one that belongs there,
   * that is an error when the graph runs.
   *
   * @param example scalar
   * @param view scalar
   * @param arrays of {@link #indexArrays}
   */
  Found find(Ops tf, Operand<TInt64> example, Operand<TInt64> view, List<Operand<?>> arrays) {
    Operand<TString> files = arrays.get(0).asOutput().expect(TString.class);
    Operand<TInt64> leftOut = arrays.get(1).asOutput().expect(TInt64.class);
    Operand<TInt64> record =
        tf.math.add(tf.math.mul(view, tf.constant(stored.layout().examples())), example);
    Operand<TInt64> shard = tf.math.floorDiv(record, tf.constant(stored.layout().perShard()));
    Operand<TInt64> first = tf.math.mul(shard, tf.constant(stored.layout().perShard()));
    Operand<TInt64> gaps = below(tf, leftOut, tf.stack(List.of(first, record))); // [2]
    Operand<TInt64> gapsBefore =
        tf.math.sub(tf.stridedSlice(gaps, Indices.at(1)), tf.stridedSlice(gaps, Indices.at(0)));
    Operand<TInt64> place = tf.math.sub(tf.math.sub(record, first), gapsBefore);
    Operand<TInt64> offset = tf.math.mul(place, tf.constant(stored.layout().recordBytes()));
    Op there = requireThere(tf, leftOut, record);
    Operand<TString> file =
        tf.withControlDependencies(List.of(there)).gather(files, shard, tf.constant(0));
    return parsed(tf, RecordReads.at(tf, file, offset), example, view);
  }

  /** How many of some ascending numbers are below each of [2] values. */
  private static Operand<TInt64> below(Ops tf, Operand<TInt64> ascending, Operand<TInt64> values) {
    Operand<TInt32> axis = tf.constant(0);
    return tf.squeeze(
        tf.lowerBound(tf.expandDims(ascending, axis), tf.expandDims(values, axis), TInt64.class));
  }

  private static Op requireThere(Ops tf, Operand<TInt64> leftOut, Operand<TInt64> record) {
    Operand<TBool> same = tf.math.equal(leftOut, record);
    Operand<TBool> any = tf.reduceAny(same, tf.constant(new int[] {0}));
    return tf.assertThat(
        tf.math.logicalNot(any), List.of(tf.constant("no features are stored of this view")));
  }

  private Found parsed(
      Ops tf, Operand<TString> record, Operand<TInt64> example, Operand<TInt64> view) {
    Map<String, Operand<?>> wanted = new LinkedHashMap<>();
    List<String> names =
        new ArrayList<>(List.of(FeatureRecord.KEY, FeatureRecord.GEOMETRY, FeatureRecord.FEATURES));
    if (fields.encoding().isScaled()) {
      names.add(FeatureRecord.SCALES);
    }
    // No bytes are too few numbers: a record that lacks a feature is an error.
    names.forEach(name -> wanted.put(name, tf.constant("")));
    Map<String, Output<?>> parts = RecordReads.features(tf, record, wanted);
    Operand<TInt64> key = numbers(tf, parts, FeatureRecord.KEY, TInt64.class, FeatureRecord.KEYS);
    long cache = CacheIdentity.key(stored.identity());
    Operand<TInt64> expected = tf.stack(List.of(tf.constant(cache), example, view));
    Op own =
        tf.assertThat(
            tf.reduceAll(tf.math.equal(key, expected), tf.constant(new int[] {0})),
            List.of(tf.constant("the record is not of this cache, or not where it belongs")));
    Ops then = tf.withControlDependencies(List.of(own));
    Operand<TInt32> geometry =
        numbers(then, parts, FeatureRecord.GEOMETRY, TInt32.class, Geometry.NUMBERS);
    Map<Field<?>, Operand<?>> values = new LinkedHashMap<>();
    fields
        .shapes()
        .forEach((field, shape) -> values.put(field, numbers(then, parts, field, shape)));
    return new Found(geometry, values);
  }

  private Operand<?> numbers(Ops tf, Map<String, Output<?>> parts, Field<?> field, Shape shape) {
    String name = field.equals(fields.features()) ? FeatureRecord.FEATURES : FeatureRecord.SCALES;
    Operand<TString> bytes = parts.get(name).expect(TString.class);
    return tf.reshape(tf.io.decodeRaw(bytes, field.type()), tf.constant(shape));
  }

  private static <T extends TType> Operand<T> numbers(
      Ops tf, Map<String, Output<?>> parts, String name, Class<T> type, int count) {
    Operand<TString> bytes = parts.get(name).expect(TString.class);
    return tf.reshape(tf.io.decodeRaw(bytes, type), tf.constant(new int[] {count}));
  }
}
