package org.fdistill.data;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/** Reads examples that lie one after the other in a file at once, inside the graph. */
interface RunReader {
  /** The first example of each file, in order, from 0. No run goes beyond a file. */
  long[] firstOfFiles();

  /** Whether what lies before an example has to be read first, as in compressed files. */
  boolean frontToBack();

  /**
   * A data set of what is stored of a run of examples, a string each. It fails at the first one
   * that cannot be read.
   *
   * @param first example, scalar
   * @param count of examples, scalar
   * @param arrays the source's index arrays
   */
  Operand<? extends TType> run(
      Ops tf, Operand<TInt64> first, Operand<TInt64> count, List<Operand<?>> arrays);

  /**
   * What is stored of one example.
   *
   * @param index scalar
   * @param arrays the source's index arrays
   */
  Operand<TString> stored(Ops tf, Operand<TInt64> index, List<Operand<?>> arrays);

  /**
   * The example that was stored.
   *
   * @param stored scalar
   * @param index of the example, scalar
   * @param arrays the source's index arrays
   * @param draws the random numbers of this turn of the example
   */
  StoredExample example(
      Ops tf, Operand<TString> stored, Operand<TInt64> index, List<Operand<?>> arrays, Draws draws);
}
