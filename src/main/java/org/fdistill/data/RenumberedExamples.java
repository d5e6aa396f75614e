package org.fdistill.data;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;

/** Examples whose labels are numbers of other classes. */
final class RenumberedExamples extends WrappedExamples {
  private final List<String> classNames;
  private final BiFunction<Ops, Operand<TInt64>, Operand<TInt64>> label;

  /**
   * Around a source.
   *
   * @param source the examples
   * @param classNames by new label
   * @param label makes the new label from the old one, in the graph
   */
  RenumberedExamples(
      ExampleSource source,
      List<String> classNames,
      BiFunction<Ops, Operand<TInt64>, Operand<TInt64>> label) {
    super(source);
    this.classNames = List.copyOf(classNames);
    this.label = label;
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  protected StoredExample changed(
      Ops tf,
      Function<Draws, StoredExample> inner,
      Operand<TInt64> index,
      List<Operand<?>> arrays,
      Draws draws) {
    StoredExample example = inner.apply(draws);
    return new StoredExample(
        example.image(),
        label.apply(tf, example.label()),
        example.mask(),
        draws,
        example.further());
  }
}
