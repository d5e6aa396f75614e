package org.fdistill.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/** Examples that are those of another source in all but what a subclass changes. */
public abstract class WrappedExamples implements ExampleSource {
  private final ExampleSource source;

  /** Around a source. */
  protected WrappedExamples(ExampleSource source) {
    this.source = source;
  }

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
  public boolean hasMasks() {
    return source.hasMasks();
  }

  @Override
  public List<String> classNames() {
    return source.classNames();
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
  public DataIdentity identity() {
    return source.identity();
  }

  @Override
  public String labelProblem(long index) {
    return source.labelProblem(index);
  }

  @Override
  public String maskProblem(long index) {
    return source.maskProblem(index);
  }

  @Override
  public String leftOut() {
    return source.leftOut();
  }

  @Override
  public List<IndexArray> indexArrays() {
    return source.indexArrays();
  }

  /**
   * What becomes of an example.
   *
   * @param inner gives the inner source's, for random numbers
   * @param index of the example, scalar
   * @param arrays of {@link #indexArrays}
   * @param draws the random numbers of this turn of the example
   */
  protected abstract StoredExample changed(
      Ops tf,
      Function<Draws, StoredExample> inner,
      Operand<TInt64> index,
      List<Operand<?>> arrays,
      Draws draws);

  @Override
  public final StoredExample example(
      Ops tf, Operand<TInt64> index, List<Operand<?>> arrays, Draws draws) {
    return changed(tf, d -> source.example(tf, index, inner(arrays), d), index, arrays, draws);
  }

  /** The inner source's arrays come first. */
  private List<Operand<?>> inner(List<Operand<?>> arrays) {
    return arrays.subList(0, source.indexArrays().size());
  }

  @Override
  public final Optional<RunReader> runs() {
    return source.runs().map(Runs::new);
  }

  /** The same runs, of examples that become something else. */
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
      return reader.run(tf, first, count, inner(arrays));
    }

    @Override
    public Operand<TString> stored(Ops tf, Operand<TInt64> index, List<Operand<?>> arrays) {
      return reader.stored(tf, index, inner(arrays));
    }

    @Override
    public StoredExample example(
        Ops tf,
        Operand<TString> stored,
        Operand<TInt64> index,
        List<Operand<?>> arrays,
        Draws draws) {
      return changed(
          tf, d -> reader.example(tf, stored, index, inner(arrays), d), index, arrays, draws);
    }
  }
}
