package org.fdistill.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;

/**
 * Examples whose labels are numbers of other classes.
 *
 * @param source the examples
 * @param classNames by new label
 * @param label makes the new label from the old one, in the graph
 */
record RenumberedExamples(
    ExampleSource source,
    List<String> classNames,
    BiFunction<Ops, Operand<TInt64>, Operand<TInt64>> label)
    implements ExampleSource {
  @Override
  public long size() {
    return source.size();
  }

  @Override
  public String name(long index) {
    return source.name(index);
  }

  @Override
  public boolean hasLabels() {
    return source.hasLabels();
  }

  @Override
  public Optional<byte[]> read(long index) throws IOException {
    return source.read(index);
  }

  @Override
  public List<Path> files() {
    return source.files();
  }

  @Override
  public String labelProblem(long index) {
    return source.labelProblem(index);
  }

  @Override
  public String leftOut() {
    return source.leftOut();
  }

  @Override
  public List<IndexArray> indexArrays() {
    return source.indexArrays();
  }

  @Override
  public StoredExample example(
      Ops tf, Operand<TInt64> index, List<Operand<?>> arrays, Draws draws) {
    StoredExample example = source.example(tf, index, arrays, draws);
    return new StoredExample(
        example.image(), label.apply(tf, example.label()), example.mask(), draws);
  }
}
