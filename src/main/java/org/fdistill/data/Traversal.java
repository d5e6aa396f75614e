package org.fdistill.data;

import java.util.List;
import java.util.stream.Stream;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TType;

/** The way through a source: which example stands at each position, and how it is read. */
interface Traversal {
  /** Where examples come from. */
  ExampleSource source();

  /** The vectors that the order is looked up in. */
  List<IndexArray> orderArrays();

  /** The source's index arrays, then those of the order. */
  default List<IndexArray> indexArrays() {
    return Stream.concat(source().indexArrays().stream(), orderArrays().stream()).toList();
  }

  /**
   * The example at a position.
   *
   * @param position scalar
   * @param orderArrays in the order of {@link #orderArrays}
   */
  Operand<TInt64> exampleAt(Ops tf, Operand<TInt64> position, List<Operand<?>> orderArrays);

  /**
   * A data set with an element for each position of this worker, ascending.
   *
   * @param arrays in the order of {@link #indexArrays}
   * @param start the first of these positions, scalar
   * @param end a position after the last, scalar
   */
  Operand<? extends TType> elements(
      Ops tf, Operand<TInt64> start, Operand<TInt64> end, List<Operand<?>> arrays);

  /** The types of an element's parts, all scalars. */
  List<Class<? extends TType>> elementTypes();

  /**
   * The example of an element.
   *
   * @param element its parts
   * @param arrays in the order of {@link #indexArrays}
   */
  Turn turn(Ops tf, List<Operand<?>> element, List<Operand<?>> arrays);

  /**
   * An example whose turn has come.
   *
   * @param position scalar
   * @param index of the example, scalar
   * @param example as it is stored
   */
  record Turn(Operand<TInt64> position, Operand<TInt64> index, StoredExample example) {}
}
