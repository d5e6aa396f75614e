package org.fdistill.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.nio.file.Path;
import java.util.List;
import org.fdistill.optim.schedule.WarmupCosine;
import org.fdistill.proto.AugmentConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.VitConfig;
import org.fdistill.task.Task;
import org.fdistill.task.Tasks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reference's fine-tuning, by the table of its configs. */
class FineTuneConfigsTest {
  private static final long IMAGENET = 1_281_167;

  private static RunConfig load(String name) {
    return Tasks.load(Path.of("configs").resolve(name + ".txtpb"), List.of());
  }

  private static WarmupCosine schedule(RunConfig run) {
    int batch = run.getTrainData().getBatchSize();
    RunLength length = RunLength.of(run.getSchedule(), IMAGENET, batch);
    return WarmupCosine.of(run.getSchedule(), length.warmupSteps(), length.totalSteps(), batch);
  }

  /** Drop path, epochs, warm-up, batch, rates and layer decay; the last is the peak of layer 0. */
  @ParameterizedTest
  @CsvSource({
    "clip_b_100ep, 0.1, 100, 20, 2048, 1e-6, 5e-3, 1e-6, 0.65, 1.85e-5",
    "clip_b_300ep, 0.3, 100, 20, 2048, 1e-6, 5e-3, 1e-6, 0.6, 6.53e-6",
    "clip_l_300ep, 0.4, 50, 5, 2048, 2e-6, 1e-3, 2e-6, 0.75, 7.53e-7",
    "deit_b_300ep, 0.3, 100, 20, 2048, 1e-6, 5e-3, 1e-6, 0.65, 1.85e-5",
    "dino_b_300ep, 0.2, 100, 20, 2048, 1e-6, 6e-3, 1e-6, 0.6, 7.84e-6",
    "esvit_swin_b_300ep, 0.4, 100, 20, 1024, 5e-7, 2.5e-3, 5e-7, 0.8, 9.44e-6"
  })
  void aRowOfTheTableHasTheReferencesValues(
      String name,
      float drop,
      double epochs,
      double warmup,
      int batch,
      double start,
      double peak,
      double end,
      double decay,
      double first) {
    RunConfig run = load("finetune/" + name);
    assertThat(run.getModel().getDropPath()).isEqualTo(drop);
    assertThat(run.getSchedule().getLength().getEpochs()).isEqualTo(epochs);
    assertThat(run.getSchedule().getWarmup().getEpochs()).isEqualTo(warmup);
    assertThat(run.getTrainData().getBatchSize()).isEqualTo(batch);
    assertThat(run.getOptimizer().getClipNorm()).isEqualTo(5);
    assertThat(run.getOptimizer().getAdamw().getWeightDecay()).isEqualTo(0.05f);
    assertThat(run.getOptimizer().getLayerDecay()).isEqualTo(decay);
    WarmupCosine schedule = schedule(run);
    // Rounding of products of doubles.
    assertThat(schedule.start()).isCloseTo(start, withPercentage(1e-10));
    assertThat(schedule.peak()).isCloseTo(peak, withPercentage(1e-10));
    assertThat(schedule.end()).isCloseTo(end, withPercentage(1e-10));
    long top = schedule.warmupSteps() + 1;
    int layers = Tasks.of(run).network().layers().size();
    // Given to three digits.
    assertThat(schedule.rate(top, Math.pow(decay, layers))).isCloseTo(first, withPercentage(0.08));
  }

  @ParameterizedTest
  @CsvSource({
    "clip_b_100ep",
    "clip_b_300ep",
    "clip_l_300ep",
    "deit_b_300ep",
    "dino_b_300ep",
    "esvit_swin_b_300ep"
  })
  void theAugmentationIsTheReferences(String name) {
    RunConfig run = load("finetune/" + name);
    AugmentConfig augment = run.getTrainData().getAugment();
    assertThat(List.of(augment.getMinScale(), augment.getMaxScale())).containsExactly(0.08f, 1f);
    assertThat(augment.getInterpolation().name()).isEqualTo("BICUBIC");
    assertThat(
            List.of(
                augment.getRandAugment().getMagnitude(),
                augment.getRandAugment().getMagnitudeStd(),
                augment.getRandomErasing().getProbability()))
        .containsExactly(9f, 0.5f, 0.25f);
    assertThat(augment.hasColorJitter()).isFalse();
    assertThat(
            List.of(
                augment.getMixup().getMixupAlpha(),
                augment.getMixup().getCutmixAlpha(),
                augment.getMixup().getProbability(),
                augment.getMixup().getSwitchProbability()))
        .containsExactly(0.8f, 1f, 1f, 0.5f);
    assertThat(run.getClassify().getLabelSmoothing()).isEqualTo(0.1f);
    assertThat(run.getClassify().getHeadScale()).isEqualTo(name.contains("swin") ? 1f : 0.001f);
    assertThat(run.getValidationData().getEvalCrop().getCropFraction()).isEqualTo(0.875f);
    if (run.getModel().hasVit()) {
      VitConfig vit = run.getModel().getVit();
      assertThat(vit.getFinalNorm()).isEqualTo(VitConfig.FinalNorm.ON_POOLED);
      assertThat(vit.getRelativePositionPerLayer()).isTrue();
      assertThat(vit.getRelativePositionShared()).isFalse();
    }
  }

  /** Start and end are the same for all layers: the first ones rise towards the end. */
  @Test
  void theFirstLayersOfTheLargeNetworkLearnLeastAtTheirPeak() {
    WarmupCosine schedule = schedule(load("finetune/clip_l_300ep"));
    double share = Math.pow(0.75, 25);
    long top = schedule.warmupSteps() + 1;
    assertThat(schedule.rate(0, share)).isEqualTo(schedule.start());
    assertThat(schedule.rate(top, share)).isLessThan(schedule.rate(top / 2, share));
    long half = (schedule.warmupSteps() + schedule.totalSteps()) / 2;
    double middle = (schedule.peak() * share + schedule.end()) / 2;
    assertThat(schedule.rate(half + 1, share)).isCloseTo(middle, withPercentage(0.01));
    assertThat(schedule.rate(schedule.totalSteps() + 1, share)).isEqualTo(schedule.end());
  }

  /** MAE's: 0.1 for 256 images, 16,384 at a time. */
  @Test
  void theProbeHasTheRateOfMae() {
    RunConfig run = load("probe/clip_b_300ep");
    WarmupCosine schedule = schedule(run);
    assertThat(schedule.peak()).isCloseTo(6.4, withPercentage(1e-10));
    assertThat(List.of(schedule.start(), schedule.end())).containsExactly(0.0, 0.0);
    assertThat(run.getOptimizer().getClipNorm()).isZero();
    assertThat(run.getOptimizer().getLars().getTrust()).isEqualTo(0.001f);
    assertThat(run.getOptimizer().getLars().getWeightDecay()).isZero();
  }

  /** The second of the two runs starts from the first, and has another head and grid. */
  @Test
  void theIntermediateRunsAreChained() {
    RunConfig first = load("finetune/clip_l_300ep_in22k");
    RunConfig second = load("finetune/clip_l_300ep_in22k_336");
    assertThat(second.getModel().getInitFrom())
        .isEqualTo("runs/finetune_clip_l_300ep_in22k/export");
    assertThat(first.getModel().getInitFrom()).isEqualTo("runs/clip_l_300ep/export");
    assertThat(first.getClassify().getClasses()).isEqualTo(21_841);
    assertThat(second.getModel().getVit().getImageSize()).isEqualTo(336);
    Task task = Tasks.of(second);
    assertThat(task.network().backbone().grid()).isEqualTo(24);
  }
}
