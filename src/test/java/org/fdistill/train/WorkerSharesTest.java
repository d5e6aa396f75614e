package org.fdistill.train;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.TextFormat;
import org.fdistill.config.UserError;
import org.fdistill.proto.RunConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkerSharesTest {
  private static RunConfig config(String more) throws TextFormat.ParseException {
    return TextFormat.parse(
        "optimizer { accumulation: 2 } train_data { batch_size: 24 " + more + " }",
        RunConfig.class);
  }

  @ParameterizedTest
  @CsvSource({
    "5, '', has to be a multiple of 10 (workers times optimizer.accumulation)",
    "4, augment { mixup {} }, each of 4 workers has 3 images of a micro-batch",
    "4, augment { mixup {} }, train_data.batch_size that is a multiple of 16"
  })
  void whatCannotBeSharedOutIsRefused(int workers, String more, String told)
      throws TextFormat.ParseException {
    RunConfig config = config(more);
    assertThatThrownBy(() -> WorkerShares.require(config, workers))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(told);
  }

  @Test
  void theRestIsSharedOut() throws TextFormat.ParseException {
    WorkerShares.require(config(""), 4);
    WorkerShares.require(config("augment { mixup {} }"), 3);
    WorkerShares.require(config("augment { mixup {} }"), 6);
    WorkerShares.require(config("augment { mixup {} }"), 1);
  }
}
