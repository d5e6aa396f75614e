package org.fdistill.config;

import org.fdistill.proto.VitConfig;
import org.fdistill.proto.VitConfig.FinalNorm;
import org.fdistill.proto.VitConfig.PositionKind;
import org.fdistill.proto.VitConfig.PositionedTokens;
import org.fdistill.proto.VitConfig.RotaryPosition;

/** Checks the options of a vision transformer that exclude or need each other. */
final class VitOptionChecks {
  private static final String VIT = "model.vit";

  private VitOptionChecks() {}

  static void check(VitConfig vit, Problems problems) {
    if (vit.getMlpHidden() == 0) {
      String otherwise = "; mlp_hidden gives the width itself";
      ModelChecks.hiddenWidth(
          vit.getWidth(), vit.getMlpRatio(), VIT + ".mlp_ratio", otherwise, problems);
    }
    registers(vit, problems);
    rotary(vit, problems);
    problems.unless(
        vit.getFinalNorm() != FinalNorm.SEPARATE
            || vit.getClassToken()
            || vit.getRegisterTokens() > 0,
        VIT + ".final_norm",
        "is SEPARATE, but there is neither a class token nor a register to have a norm of its own;"
            + " set ON_TOKENS");
    String kind = VIT + ".absolute_position_kind";
    if (!vit.getAbsolutePosition()) {
      String what = "is %s, but absolute_position is false; set it to true";
      problems.unless(
          vit.getAbsolutePositionKind() == PositionKind.LEARNED,
          kind,
          String.format(what, vit.getAbsolutePositionKind()));
      problems.unless(
          vit.getPositionedTokens() == PositionedTokens.CLASS_AND_PATCHES,
          VIT + ".positioned_tokens",
          String.format(what, vit.getPositionedTokens()));
    } else if (vit.getAbsolutePositionKind() != PositionKind.LEARNED) {
      sineCosine(vit, kind, problems);
    }
  }

  private static void registers(VitConfig vit, Problems problems) {
    boolean relative = vit.getRelativePositionShared() || vit.getRelativePositionPerLayer();
    problems.unless(
        vit.getRegisterTokens() == 0 || !relative,
        VIT + ".register_tokens",
        String.format(
            "must be 0 with a relative position bias, whose table has no rows for registers, found"
                + " %d; set relative_position_shared and relative_position_per_layer to false,"
                + " and absolute_position to true or rotary_position to DINOV3",
            vit.getRegisterTokens()));
  }

  private static void rotary(VitConfig vit, Problems problems) {
    int headWidth = vit.getWidth() / vit.getHeads();
    problems.unless(
        vit.getRotaryPosition() == RotaryPosition.NO_ROTARY || headWidth % 4 == 0,
        VIT + ".rotary_position",
        String.format(
            "is %s, which needs heads whose width is a multiple of 4, found %d (width %d, heads"
                + " %d)",
            vit.getRotaryPosition(), headWidth, vit.getWidth(), vit.getHeads()));
  }

  private static void sineCosine(VitConfig vit, String kind, Problems problems) {
    problems.unless(
        vit.getWidth() % 4 == 0,
        kind,
        String.format(
            "is %s, which needs a width that is a multiple of 4, found %d",
            vit.getAbsolutePositionKind(), vit.getWidth()));
    problems.unless(
        vit.getPositionedTokens() != PositionedTokens.EVERY_TOKEN || vit.getRegisterTokens() == 0,
        VIT + ".positioned_tokens",
        String.format(
            "is EVERY_TOKEN, but absolute_position_kind %s has no positions for the %d registers;"
                + " set CLASS_AND_PATCHES",
            vit.getAbsolutePositionKind(), vit.getRegisterTokens()));
  }
}
