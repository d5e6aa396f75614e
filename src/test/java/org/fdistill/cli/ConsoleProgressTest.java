package org.fdistill.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.fdistill.train.ProgressListener.StepReport;
import org.junit.jupiter.api.Test;

class ConsoleProgressTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void aLogGetsALineEveryTenSecondsAndTheLast() {
    AtomicLong nanos = new AtomicLong();
    LineProgress progress = new LineProgress(console(false), nanos::get);
    progress.started(100, 0);
    for (int step = 1; step <= 100; step++) {
      nanos.addAndGet(300_000_000);
      progress.step(report(step));
    }
    // 0.3 s a step: the tenth second is over after 34 steps, the twentieth after 68.
    assertThat(err.toString(UTF_8))
        .isEqualTo(
            """
            training 100 steps
            step 34/100  loss 0.2931  412.3 images/s  data wait 2 %  ETA 0:20
            step 68/100  loss 0.2931  412.3 images/s  data wait 2 %  ETA 0:10
            step 100/100  loss 0.2931  412.3 images/s  data wait 2 %  ETA 0:00
            """);
  }

  @Test
  void eventsHaveTheirLines() {
    LineProgress progress = new LineProgress(console(false), () -> 0);
    progress.started(100, 40);
    progress.message("skipped a batch");
    progress.checkpoint(Path.of("runs/a/checkpoints/step-50"));
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("loss", 0.123456);
    values.put("top1", 0.75);
    progress.validation(values);
    assertThat(err.toString(UTF_8))
        .isEqualTo(
            """
            resuming at step 40 of 100
            skipped a batch
            checkpoint runs/a/checkpoints/step-50
            validation  loss 0.1235  top1 0.7500
            """);
  }

  @Test
  void theBarShowsStepLossSpeedWaitAndEta() {
    assertThat(BarProgress.line(25, 100, report(25), 99))
        .isEqualTo(
            "25/100 [#####---------------] loss 0.2931  412.3 images/s  data wait 2 %  ETA 0:23");
    assertThat(BarProgress.line(0, 100, null, 99))
        .isEqualTo("0/100 [--------------------] starting");
  }

  @Test
  void whatTheLossIsMadeOfStandsBehindIt() {
    Map<String, Double> losses = new LinkedHashMap<>();
    losses.put("loss_a", 0.2);
    losses.put("loss_b", 0.38624);
    assertThat(ConsoleProgress.figures(new StepReport(9, 9, 0.29312, losses, 412.34, 0.016, 0)))
        .isEqualTo(
            "loss 0.2931 (loss_a 0.2000  loss_b 0.3862)  412.3 images/s  data wait 2 %  ETA 0:00");
  }

  @Test
  void ofSeveralStudentsTheLossIsCalledASum() {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("student_loss", 0.25);
    values.put("small_loss", 0.5);
    StepReport step = new StepReport(9, 9, 0.75, values, 400, 0, 0);
    assertThat(ConsoleProgress.figures(step))
        .startsWith("loss (sum) 0.7500 (student_loss 0.2500  small_loss 0.5000)  400.0 images/s");
    values.put("validation_loss", 0.125);
    values.put("validation_student_loss", 0.0625);
    values.put("loss_over_predict_zero", 0.5);
    assertThat(ConsoleProgress.figures(values))
        .isEqualTo(
            "student_loss 0.2500  small_loss 0.5000  validation_loss (sum) 0.1250"
                + "  validation_student_loss 0.06250  loss_over_predict_zero 0.5000");
  }

  @Test
  void whatIsNotKnownYetIsLeftOut() {
    double unknown = Double.NaN;
    StepReport first = new StepReport(1, 100, 0.29312, Map.of(), unknown, unknown, unknown);
    assertThat(BarProgress.line(1, 100, first, 99))
        .isEqualTo("1/100 [--------------------] loss 0.2931  ETA ?");
    LineProgress progress = new LineProgress(console(false), () -> 0);
    progress.step(new StepReport(100, 100, unknown, Map.of(), 412.34, unknown, 0));
    assertThat(err.toString(UTF_8)).isEqualTo("step 100/100  loss NaN  412.3 images/s  ETA 0:00\n");
  }

  @Test
  void inANarrowTerminalTheBarGivesWay() {
    String figures = "loss 0.2931  412.3 images/s  data wait 2 %  ETA 0:15";
    assertThat(BarProgress.line(50, 100, report(50), 70))
        .isEqualTo("50/100 [####----] " + figures)
        .hasSize(70);
    assertThat(BarProgress.line(50, 100, report(50), 62)).isEqualTo("50/100 " + figures);
  }

  @Test
  void theBarIsNeverLongerThanItsFrame() {
    assertThat(BarProgress.line(120, 100, null, 99)).contains("[####################]");
  }

  @Test
  void theBarIsDrawnAndEndsAtItsLastStep() {
    try (ConsoleProgress progress = console(true).progress()) {
      progress.started(100, 0);
      progress.message("hello");
      progress.step(report(100));
    }
    String shown = err.toString(UTF_8);
    assertThat(shown).contains("hello\n").contains("100/100 [####################] loss 0.2931");
    assertThat(shown.substring(shown.lastIndexOf('\r')))
        .startsWith("\r\u001b[2K100/100")
        .endsWith("\n");
  }

  @Test
  void figuresHaveFourDigits() {
    assertThat(ConsoleProgress.figure(0)).isEqualTo("0");
    assertThat(ConsoleProgress.figure(0.00012346)).isEqualTo("1.235e-04");
    assertThat(ConsoleProgress.figure(12.3456)).isEqualTo("12.35");
    assertThat(ConsoleProgress.figure(-5432.1)).isEqualTo("-5432");
    assertThat(ConsoleProgress.figure(Double.NaN)).isEqualTo("NaN");
  }

  @Test
  void clocksHaveHoursWhereNeeded() {
    assertThat(ConsoleProgress.clock(7)).isEqualTo("0:07");
    assertThat(ConsoleProgress.clock(3599.6)).isEqualTo("1:00:00");
    assertThat(ConsoleProgress.clock(Double.NaN)).isEqualTo("?");
  }

  private static StepReport report(long step) {
    return new StepReport(step, 100, 0.29312, Map.of(), 412.34, 0.016, (100 - step) * 0.3);
  }

  private Console console(boolean terminal) {
    PrintStream stream = new PrintStream(err, true, UTF_8);
    return new Console(stream, stream, terminal, Map.of());
  }
}
