package org.fdistill.data;

import java.io.IOException;
import java.util.List;
import org.fdistill.proto.NoiseSource;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;

/** Examples. */
final class NoiseExamples implements ExampleSource {
  NoiseExamples(NoiseSource config) {}

  static NoiseExamples open(NoiseSource config) {
    return new NoiseExamples(config);
  }

  @Override
  public long size() {
    throw new UnsupportedOperationException();
  }

  @Override
  public String name(long index) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean hasLabels() {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<String> classNames() {
    throw new UnsupportedOperationException();
  }

  @Override
  public byte[] read(long index) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<IndexArray> indexArrays() {
    throw new UnsupportedOperationException();
  }

  @Override
  public EncodedExample example(Ops tf, Operand<TInt64> index, List<Operand<?>> arrays) {
    throw new UnsupportedOperationException();
  }
}
