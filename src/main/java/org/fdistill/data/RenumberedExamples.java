package org.fdistill.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

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
    return renumbered(tf, source.example(tf, index, arrays, draws));
  }

  private StoredExample renumbered(Ops tf, StoredExample example) {
    return new StoredExample(
        example.image(), label.apply(tf, example.label()), example.mask(), example.draws());
  }

  @Override
  public Optional<RunReader> runs() {
    return source.runs().map(Runs::new);
  }

  /** The same runs, with other labels. */
  private final class Runs implements RunReader {
    private final RunReader reader;

    Runs(RunReader reader) {
      this.reader = reader;
    }

    @Override
    public long[] firstOfFiles() {
      return reader.firstOfFiles();
    }

    @Override
    public boolean frontToBack() {
      return reader.frontToBack();
    }

    @Override
    public Operand<? extends TType> run(
        Ops tf, Operand<TInt64> first, Operand<TInt64> count, List<Operand<?>> arrays) {
      return reader.run(tf, first, count, arrays);
    }

    @Override
    public Operand<TString> stored(Ops tf, Operand<TInt64> index, List<Operand<?>> arrays) {
      return reader.stored(tf, index, arrays);
    }

    @Override
    public StoredExample example(
        Ops tf,
        Operand<TString> stored,
        Operand<TInt64> index,
        List<Operand<?>> arrays,
        Draws draws) {
      return renumbered(tf, reader.example(tf, stored, index, arrays, draws));
    }
  }
}
