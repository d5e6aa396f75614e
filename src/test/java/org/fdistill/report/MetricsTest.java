package org.fdistill.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {
  @TempDir Path folder;

  @Test
  void linesBecomeCurves() throws IOException {
    Metrics metrics =
        read(
            """
            {"step":20,"epoch":0.5,"loss":0.5,"gradient_norm":null}
            {"step":40,"epoch":1.0,"loss":0.25,"gradient_norm":2}
            {"step":40,"epoch":1.0,"validation_top1":0.75}
            """);
    assertThat(metrics.series().keySet())
        .containsExactly("loss", "gradient_norm", "validation_top1");
    assertThat(metrics.series().get("loss").xs()).containsExactly(20, 40);
    assertThat(metrics.series().get("loss").ys()).containsExactly(0.5, 0.25);
    assertThat(metrics.series().get("gradient_norm").ys()).containsExactly(Double.NaN, 2);
    assertThat(metrics.last("validation_top1")).isEqualTo(0.75);
    assertThat(metrics.lastStep()).isEqualTo(40);
    assertThat(metrics.stepsPerEpoch()).isEqualTo(40);
    assertThat(metrics.damaged()).isZero();
  }

  @Test
  void aLineThatIsCutIsCountedAndLeftOut() throws IOException {
    Metrics metrics =
        read("{\"step\":1,\"loss\":0.5}\n\nnot json\n{\"step\":2}\n[1]\n{\"step\":3,\"lo");
    assertThat(metrics.damaged()).isEqualTo(3);
    assertThat(metrics.lastStep()).isEqualTo(2);
    assertThat(metrics.series().get("loss").size()).isEqualTo(1);
  }

  /** A run that was copied together, or two that wrote at once: curves still go to the right. */
  @Test
  void stepsThatComeAgainAreLeftOut() throws IOException {
    Metrics metrics =
        read("{\"step\":2,\"loss\":1}\n{\"step\":1,\"loss\":2}\n{\"step\":2,\"loss\":3}\n");
    assertThat(metrics.series().get("loss").xs()).containsExactly(2);
  }

  @Test
  void aFileThatIsNotThereOrEmptyHoldsNothing() throws IOException {
    assertThat(Metrics.read(folder.resolve("none")).series()).isEmpty();
    assertThat(read("").lastStep()).isZero();
  }

  private Metrics read(String text) throws IOException {
    return Metrics.read(Files.writeString(folder.resolve("metrics.jsonl"), text));
  }
}
