package org.fdistill.train;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.fdistill.cluster.Workers;
import org.fdistill.config.UserError;
import org.fdistill.data.DataIdentity;
import org.fdistill.graph.Replicas;
import org.fdistill.proto.RunConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.proto.ConfigProto;

class AgreementTest {
  private static final DataIdentity DATA = DataIdentity.of(30, List.of());

  /** Worker 0 of two; of what the other compares, one thing differs. */
  private record Pair(int different) implements Workers {
    @Override
    public int count() {
      return 2;
    }

    @Override
    public int index() {
      return 0;
    }

    @Override
    public String name(int worker) {
      return "worker " + worker;
    }

    @Override
    public Replicas replicas() {
      return Replicas.ONE;
    }

    @Override
    public Session open(Graph graph, ConfigProto settings) {
      throw new UnsupportedOperationException();
    }

    @Override
    public double[] sum(double[] values) {
      double[] sums = values.clone();
      int each = values.length / 2;
      System.arraycopy(values, 0, sums, each, each);
      if (different >= 0) {
        sums[each + different]++;
      }
      return sums;
    }

    @Override
    public void reached(long step) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long lastStep() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<String> lost() {
      return Optional.empty();
    }

    @Override
    public void beforeEnd(Consumer<String> told) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      // Nothing was opened.
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, version of fdistill or TensorFlow",
    "1, seed",
    "2, config",
    "3, training data set"
  })
  void whatDiffersIsNamed(int different, String name) {
    assertThatThrownBy(
            () -> Agreement.require(new Pair(different), RunConfig.getDefaultInstance(), DATA))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("worker 1 has another " + name + " than worker 0");
  }

  @Test
  void whoIsAlikeMayTrain() {
    Agreement.require(new Pair(-1), RunConfig.getDefaultInstance(), DATA);
  }
}
