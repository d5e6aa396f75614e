package org.fdistill.config;

import org.fdistill.proto.SwinConfig;
import org.fdistill.proto.SwinV2Config;

/** What the two versions of Swin have in common, so that each rule on it is written once. */
public final class SwinCommon {
  private SwinCommon() {}

  /** The fields of version 2 that version 1 has as well; its image size only where it is set. */
  public static SwinConfig of(SwinV2Config swin) {
    SwinConfig.Builder common =
        SwinConfig.newBuilder()
            .setPatchSize(swin.getPatchSize())
            .setWidth(swin.getWidth())
            .addAllDepths(swin.getDepthsList())
            .addAllHeads(swin.getHeadsList())
            .setWindow(swin.getWindow())
            .setMlpRatio(swin.getMlpRatio())
            .setLayerNormEpsilon(swin.getLayerNormEpsilon());
    if (swin.hasImageSize()) {
      common.setImageSize(swin.getImageSize());
    }
    return common.build();
  }
}
