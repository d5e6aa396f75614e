package org.fdistill.report;

import java.io.IOException;
import java.util.function.Consumer;
import org.fdistill.checkpoint.SavedWeights;
import org.fdistill.files.FileTrouble;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Tasks;
import org.fdistill.train.RunEnd;
import org.fdistill.train.RunStart;
import org.fdistill.train.StopRequest;

/**
 * Keeps what a run's report shows beside its log: when it starts the images that its network sees
 * first, when it is finished a segmenter's answers, or what a distillation's teachers and student
 * look like inside. What keeps that from working is told, and does not end a run.
 */
public final class ReportParts implements RunStart {
  private final RunConfig config;
  private final Consumer<String> tell;
  private final StopRequest stop;

  /**
   * Of one run.
   *
   * @param tell is told what went wrong
   * @param stop is asked whether to leave out the rest
   */
  public ReportParts(RunConfig config, Consumer<String> tell, StopRequest stop) {
    this.config = config;
    this.tell = tell;
    this.stop = stop;
  }

  @Override
  public void starting(Starting run) {
    int wanted = config.getLog().getReportImages();
    if (wanted == 0 || SampleImages.has(run.folder(), SampleImages.TRAINING)) {
      return;
    }
    attempt(
        "training images",
        () -> {
          var source = run.trainData().source();
          var view = run.task().trainingView(config.getTrainData());
          new SampleImages(run.folder(), source.classNames())
              .write(new SampleGraph(config, view, source, wanted).run(), source);
        });
  }

  /** Keeps what the finished network makes of some validation images, and what is inside of it. */
  public void finished(RunEnd.Finished run) {
    int wanted = config.getLog().getReportImages();
    if (wanted > 0 && config.hasValidationData() && Tasks.denseHead(config).isPresent()) {
      attempt(
          "validation images",
          () ->
              new SegmentedImages(config, SavedWeights.of(run.last()), wanted)
                  .write(run.folder(), run.last().manifest().progress().step()));
    }
    RunDiagnosis diagnosis = new RunDiagnosis(config);
    if (diagnosis.isWanted()) {
      attempt("diagnosis", () -> diagnosis.write(run.folder(), run.last(), stop));
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private void attempt(String what, Work work) {
    try {
      work.run();
    } catch (IOException e) {
      tell.accept("No " + what + " for the report: " + FileTrouble.of(e).sentence());
    } catch (
        RuntimeException e) { // TensorFlow's and UserError alike: a report is no reason to end.
      tell.accept("No " + what + " for the report: " + FileTrouble.of(e).reason());
    }
  }
}
