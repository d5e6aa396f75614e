package org.fdistill.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Examples that are those of another source in all but what a subclass changes. */
public abstract class WrappedExamples implements ExampleSource {
  private final ExampleSource source;

  /** Around a source. */
  protected WrappedExamples(ExampleSource source) {
    this.source = source;
  }

  /** The source inside. */
  protected ExampleSource source() {
    return source;
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
}
