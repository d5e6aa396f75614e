package org.fdistill.task.distill;

import java.util.Locale;
import java.util.Optional;
import org.fdistill.config.ModelChecks;
import org.fdistill.config.Problems;
import org.fdistill.data.augment.PatchMask;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.BlurConfig;
import org.fdistill.proto.DistillTask;
import org.fdistill.proto.DistillTask.Aligned;
import org.fdistill.proto.DistillTask.Targets;
import org.fdistill.proto.PatchMaskConfig;
import org.fdistill.proto.TokenDecoderConfig;

/** Checks what a student sees, and what of its tokens is compared. */
final class StudentInputChecks {
  private static final String MASK = "distill.mask";
  private static final String ALIGNED = "distill.aligned";

  private StudentInputChecks() {}

  static void check(DistillTask config, BackboneConfig model, Problems problems) {
    if (StudentInput.isMasked(config)) {
      mask(config.getMask(), model, problems);
    }
    aligned(config, model, problems);
    decoder(config, problems);
    BlurConfig blur = config.getStudentImage().getBlur();
    problems.unless(
        blur.getMinSigma() <= blur.getMaxSigma(),
        "distill.student_image.blur.min_sigma",
        "must not be above max_sigma, found " + blur.getMinSigma() + " and " + blur.getMaxSigma());
  }

  private static void mask(PatchMaskConfig mask, BackboneConfig model, Problems problems) {
    problems.unless(
        model.hasVit(),
        MASK,
        "hides patches, but model."
            + model.getArchitectureCase().name().toLowerCase(Locale.ROOT)
            + " attends in windows and needs every patch; take a model.vit, or leave the mask out");
    if (!model.hasVit() || model.getVit().getPatchSize() > model.getVit().getImageSize()) {
      return;
    }
    int grid = model.getVit().getImageSize() / model.getVit().getPatchSize();
    problems.unless(
        PatchMask.kept(mask, grid) > 0,
        MASK + ".ratio",
        String.format(
            Locale.ROOT,
            "leaves none of the %d x %d patches, found %s; at most %.4g leaves one",
            grid,
            grid,
            mask.getRatio(),
            Math.floor((1 - 1.0 / (grid * grid)) * 1e4) / 1e4));
    problems.unless(
        mask.getKind() != PatchMaskConfig.Kind.BLOCKWISE
            || mask.getMinBlock() <= (grid - 1) * (grid - 1),
        MASK + ".min_block",
        String.format(
            Locale.ROOT,
            "must leave a rectangle smaller than the grid of %d x %d patches, found %d",
            grid,
            grid,
            mask.getMinBlock()));
  }

  private static void aligned(DistillTask config, BackboneConfig model, Problems problems) {
    problems.unless(
        config.getTargets() == Targets.TOKENS || config.getAligned() == Aligned.CLASS_AND_VISIBLE,
        ALIGNED,
        "is "
            + config.getAligned()
            + ", which chooses among tokens, but distill.targets is "
            + config.getTargets()
            + "; leave it out");
    Optional<String> noClassToken = ModelChecks.noClassToken(model);
    problems.unless(
        noClassToken.isEmpty() || config.getAligned() != Aligned.CLASS,
        ALIGNED,
        "is CLASS, but " + noClassToken.orElse(""));
  }

  private static void decoder(DistillTask config, Problems problems) {
    problems.unless(
        !config.hasDecoder() || StudentInput.isDecoded(config),
        "distill.decoder",
        "completes masked tokens where distill.aligned is ALL and distill.mask.ratio above 0;"
            + " leave it out");
    TokenDecoderConfig decoder = config.getDecoder();
    problems.unless(
        decoder.getWidth() % decoder.getHeads() == 0 && decoder.getWidth() % 4 == 0,
        "distill.decoder.width",
        String.format(
            Locale.ROOT,
            "must be a multiple of heads and of 4, found %d and %d",
            decoder.getWidth(),
            decoder.getHeads()));
  }
}
