package org.fdistill.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.GraphBridge;
import org.tensorflow.Operand;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Operands;
import org.tensorflow.op.Ops;
import org.tensorflow.op.Scope;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.data.IgnoreErrorsDataset;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/**
 * A tf.data set whose elements are tuples of scalars or, between {@link #batch} and {@link
 * #unbatch}, of vectors; with the types that each of TensorFlow's ops wants to hear again.
 */
final class DatasetOps {
  private final Ops tf;
  private final String name;
  private final Operand<? extends TType> dataset;
  private final List<Class<? extends TType>> types;
  private final Shape shape;

  private DatasetOps(
      Ops tf,
      String name,
      Operand<? extends TType> dataset,
      List<Class<? extends TType>> types,
      Shape shape) {
    this.tf = tf;
    this.name = name;
    this.dataset = dataset;
    this.types = types;
    this.shape = shape;
  }

  /**
   * A set of scalars.
   *
   * @param name of the functions that are mapped over it, unique in the graph
   */
  static DatasetOps of(
      Ops tf, String name, Operand<? extends TType> dataset, List<Class<? extends TType>> types) {
    return new DatasetOps(tf, name, dataset, types, Shape.scalar());
  }

  /** The numbers from a first one to the one before an end. */
  static DatasetOps range(Ops tf, String name, Operand<TInt64> from, Operand<TInt64> end) {
    List<Class<? extends TType>> types = List.of(TInt64.class);
    return of(
        tf,
        name,
        tf.data.rangeDataset(from, end, tf.constant(1L), types, List.of(Shape.scalar())),
        types);
  }

  /** The op itself. */
  Operand<? extends TType> dataset() {
    return dataset;
  }

  private List<Shape> shapes() {
    return Collections.nCopies(types.size(), shape);
  }

  private DatasetOps same(Operand<? extends TType> next) {
    return new DatasetOps(tf, name, next, types, shape);
  }

  /** Vectors of {@code size} elements, the last one of what is left. */
  DatasetOps batch(long size) {
    Shape vector = Shape.of(Shape.UNKNOWN_SIZE);
    Operand<? extends TType> batches =
        tf.data.batchDataset(
            dataset,
            tf.constant(size),
            tf.constant(false),
            types,
            Collections.nCopies(types.size(), vector));
    return new DatasetOps(tf, name, batches, types, vector);
  }

  /** The opposite of {@link #batch}. */
  DatasetOps unbatch() {
    Operand<? extends TType> scalars =
        tf.data.unbatchDataset(dataset, types, Collections.nCopies(types.size(), Shape.scalar()));
    return new DatasetOps(tf, name, scalars, types, Shape.scalar());
  }

  /** The same, with some elements read ahead. */
  DatasetOps prefetch(long elements) {
    return same(tf.data.prefetchDataset(dataset, tf.constant(elements), types, shapes()));
  }

  /** At most so many elements. */
  DatasetOps take(Operand<TInt64> count) {
    return same(tf.data.takeDataset(dataset, count, types, shapes()));
  }

  /** This set, then another of the same types. */
  DatasetOps then(DatasetOps other) {
    return same(tf.data.concatenateDataset(dataset, other.dataset, types, shapes()));
  }

  /** What fails is left out. */
  DatasetOps withoutErrors() {
    return same(
        tf.data.ignoreErrorsDataset(
            dataset, types, shapes(), IgnoreErrorsDataset.logWarning(false)));
  }

  /** Elements of both side by side, until one ends. */
  DatasetOps zip(DatasetOps other) {
    List<Class<? extends TType>> both = new ArrayList<>(types);
    both.addAll(other.types);
    Operand<? extends TType> zipped =
        tf.data.zipDataset(
            List.of(dataset, other.dataset), both, Collections.nCopies(both.size(), shape));
    return new DatasetOps(tf, name, zipped, both, shape);
  }

  /**
   * Maps a function over the elements.
   *
   * @param more what the function takes besides
   * @param results the types of what it gives, of the same shape as the elements
   * @param body from an element's parts and what it takes besides to its results
   */
  DatasetOps map(
      List<? extends Operand<?>> more,
      List<Class<? extends TType>> results,
      BiFunction<Ops, List<Output<?>>, List<Operand<?>>> body) {
    try (ConcreteFunction f = function("_map", more, List.of(), body)) {
      Operand<? extends TType> mapped =
          tf.data.mapDataset(
              dataset, list(more), f, results, Collections.nCopies(results.size(), shape));
      return new DatasetOps(tf, name, mapped, results, shape);
    }
  }

  /**
   * Those elements that come when they are expected: the first part of each is a number, and only
   * those in ascending order without a gap are let through.
   *
   * @param first number
   */
  DatasetOps inSequence(Operand<TInt64> first) {
    List<Class<? extends TType>> flagged = new ArrayList<>(types);
    flagged.add(TBool.class);
    try (ConcreteFunction f = function("_scan", List.of(), List.of(first), DatasetOps::flag)) {
      Operand<? extends TType> scanned =
          tf.data.scanDataset(dataset, List.of(first), List.of(), f, flagged, scalars(flagged));
      return of(tf, name, scanned, flagged)
          .whereLast()
          .map(List.of(), types, (ops, in) -> List.copyOf(in.subList(0, types.size())));
    }
  }

  /** From the number that is expected and an element to the next number, the element and a flag. */
  private static List<Operand<?>> flag(Ops tf, List<Output<?>> in) {
    Operand<TInt64> expected = in.get(0).expect(TInt64.class);
    Operand<TBool> fits = tf.math.equal(expected, in.get(1).expect(TInt64.class));
    List<Operand<?>> out = new ArrayList<>();
    out.add(tf.math.add(expected, tf.dtypes.cast(fits, TInt64.class)));
    in.subList(1, in.size()).forEach(part -> out.add(tf.identity(part)));
    out.add(tf.identity(fits));
    return out;
  }

  /** The elements whose last part, a flag, is true. */
  private DatasetOps whereLast() {
    try (ConcreteFunction f =
        function(
            "_where",
            List.of(),
            List.of(),
            (ops, in) -> List.of(ops.identity(in.get(in.size() - 1))))) {
      return same(tf.data.filterDataset(dataset, List.of(), f, types, shapes()));
    }
  }

  /**
   * The elements of the sets that a function makes, one set after the other.
   *
   * @param more what the function takes besides
   * @param results the types of these elements
   * @param body from an element's parts and what it takes besides to a set
   */
  DatasetOps flatMap(
      List<? extends Operand<?>> more,
      List<Class<? extends TType>> results,
      BiFunction<Ops, List<Output<?>>, DatasetOps> body) {
    OperationBuilder op = op("FlatMapDataset", more);
    return of(tf, name, finish(op, more, results, body), results);
  }

  /**
   * As {@link #flatMap}, in the same order, while the next sets are already read.
   *
   * @param sets how many are read at a time
   * @param elements of each that wait
   */
  DatasetOps flatMapAhead(
      long sets,
      long elements,
      List<? extends Operand<?>> more,
      List<Class<? extends TType>> results,
      BiFunction<Ops, List<Output<?>>, DatasetOps> body) {
    Output<?> readers = tf.constant(sets).asOutput();
    OperationBuilder op =
        op("ParallelInterleaveDatasetV4", more)
            .addInput(readers)
            // Of a set all is taken before the next one's turn comes.
            .addInput(tf.constant(Long.MAX_VALUE).asOutput())
            .addInput(tf.constant(elements).asOutput())
            .addInput(tf.constant(0L).asOutput()) // no further sets are prepared
            .addInput(readers)
            .setAttr("deterministic", "true");
    return of(tf, name, finish(op, more, results, body), results);
  }

  /** An op with this set and what its function takes besides. */
  private OperationBuilder op(String type, List<? extends Operand<?>> more) {
    Scope scope = tf.scope();
    return scope
        .env()
        .opBuilder(type, scope.makeOpName(type), scope)
        .addInput(dataset.asOutput())
        .addInputList(more.stream().map(Operand::asOutput).toArray(Output<?>[]::new));
  }

  private Operand<? extends TType> finish(
      OperationBuilder op,
      List<? extends Operand<?>> more,
      List<Class<? extends TType>> results,
      BiFunction<Ops, List<Output<?>>, DatasetOps> body) {
    AttrValue function =
        AttrValue.newBuilder()
            .setFunc(NameAttrList.newBuilder().setName(datasetFunction(more, body)))
            .build();
    return op.setAttr("f", function)
        .setAttr("output_types", Operands.toDataTypes(results))
        .setAttr("output_shapes", scalars(results).toArray(Shape[]::new))
        .build()
        .output(0);
  }

  /** A function from an element to a data set. */
  private String datasetFunction(
      List<? extends Operand<?>> more, BiFunction<Ops, List<Output<?>>, DatasetOps> body) {
    try (Graph graph = new Graph()) {
      Ops ops = Ops.create(graph);
      List<Output<?>> in = new ArrayList<>();
      types.forEach(type -> in.add(placeholder(ops, type, shape)));
      more.forEach(m -> in.add(placeholder(ops, m.type(), m.shape())));
      Output<?> set = body.apply(ops, in).dataset.asOutput();
      return GraphBridge.addFunction((Graph) tf.scope().env(), name, graph, in, List.of(set));
    }
  }

  /** Inputs: the state, an element's parts, then what it takes besides. */
  private ConcreteFunction function(
      String suffix,
      List<? extends Operand<?>> more,
      List<? extends Operand<?>> state,
      BiFunction<Ops, List<Output<?>>, List<Operand<?>>> body) {
    return ConcreteFunction.create(
        ops -> {
          Signature.Builder signature = Signature.builder(name + suffix);
          List<Output<?>> in = new ArrayList<>();
          state.forEach(
              s -> in.add(input(ops, signature, "state", in.size(), s.type(), s.shape())));
          types.forEach(type -> in.add(input(ops, signature, "part", in.size(), type, shape)));
          more.forEach(m -> in.add(input(ops, signature, "more", in.size(), m.type(), m.shape())));
          List<Operand<?>> out = body.apply(ops, in);
          for (int i = 0; i < out.size(); i++) {
            signature.output("result_" + i, out.get(i));
          }
          return signature.build();
        });
  }

  private static Output<?> input(
      Ops tf,
      Signature.Builder signature,
      String kind,
      int number,
      Class<? extends TType> type,
      Shape shape) {
    Output<?> value = placeholder(tf, type, shape);
    signature.input(kind + "_" + number, value);
    return value;
  }

  private static Output<?> placeholder(Ops tf, Class<? extends TType> type, Shape shape) {
    return tf.placeholder(type, Placeholder.shape(shape)).asOutput();
  }

  private static List<Operand<?>> list(List<? extends Operand<?>> operands) {
    return new ArrayList<>(operands);
  }

  private static List<Shape> scalars(List<Class<? extends TType>> types) {
    Shape[] shapes = new Shape[types.size()];
    Arrays.fill(shapes, Shape.scalar());
    return List.of(shapes);
  }
}
