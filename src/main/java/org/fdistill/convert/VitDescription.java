package org.fdistill.convert;

import java.util.Arrays;
import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.proto.VitConfig;
import org.fdistill.proto.VitConfig.Activation;
import org.fdistill.proto.VitConfig.FinalNorm;
import org.fdistill.proto.VitConfig.PositionedTokens;
import org.fdistill.proto.VitConfig.QkvBias;
import org.fdistill.proto.VitConfig.RotaryPosition;
import org.fdistill.proto.VitConfigOrBuilder;
import org.fdistill.resample.AbsolutePositionTable;
import org.fdistill.resample.RelativePositionTable;

/** Reads a ViT's description off the shapes of its tensors. */
final class VitDescription {
  private static final String BLOCK = "student/blocks/00/";

  /** What a network with LayerScale starts it from; an imported one has its values already. */
  private static final float LAYER_SCALE = 0.1f;

  /** C-RADIO's preferred size; its tables hold positions for images of 2048 pixels. */
  private static final int RADIO_SIDE = 512;

  private final NamedTensors tensors;
  private final VitConfig.Builder vit;

  private VitDescription(NamedTensors tensors, VitConfig traits) {
    this.tensors = tensors;
    this.vit = traits.toBuilder();
  }

  /**
   * The ViT that tensors of these names and shapes belong to.
   *
   * @param traits what no shape tells: epsilon, activation, and heads and image size if they are
   *     known
   * @return with image size 0 or heads 0 where they are not known
   */
  static VitConfig of(NamedTensors tensors, VitConfig traits) {
    return new VitDescription(tensors, traits).describe();
  }

  private VitConfig describe() {
    int width = tensors.last("student/patch_embed/kernel");
    vit.setPatchSize(tensors.patch()).setWidth(width);
    vit.setDepth(Counts.distinct(tensors, "student/blocks/(\\d+)/.*"));
    vit.setPatchBias(tensors.has("student/patch_embed/bias"));
    vit.setClassToken(tensors.has("student/cls_token"));
    vit.setRegisterTokens(registers(width));
    vit.setPreNorm(tensors.has("student/norm_pre/scale"));
    vit.setQkvBias(qkvBias());
    vit.setLayerScale(tensors.has(BLOCK + "layer_scale1") ? LAYER_SCALE : 0);
    boolean pooled = tensors.has("student/fc_norm/scale") && !tensors.has("student/norm/scale");
    boolean separate = tensors.has("student/cls_norm/scale");
    if (vit.getFinalNorm() != FinalNorm.NO_FINAL_NORM) {
      vit.setFinalNorm(
          pooled ? FinalNorm.ON_POOLED : separate ? FinalNorm.SEPARATE : FinalNorm.ON_TOKENS);
    }
    vit.setMlpNorm(tensors.has(BLOCK + "mlp/norm/scale"));
    vit.setAttentionNorm(tensors.has(BLOCK + "attn/norm/scale"));
    RotaryBuffers.dinov3(tensors).ifPresent(vit::setRotaryPosition);
    if (!vit.hasHeads()) {
      RotaryBuffers.headWidth(tensors)
          .filter(headWidth -> width % headWidth == 0)
          .ifPresent(headWidth -> vit.setHeads(width / headWidth));
    }
    mlp(width);
    positions();
    return vit.build();
  }

  private int registers(int width) {
    long[] shape = tensors.shape("student/reg_tokens");
    return shape == null ? 0 : (int) (Arrays.stream(shape).reduce(1, (a, b) -> a * b) / width);
  }

  private QkvBias qkvBias() {
    if (tensors.has(BLOCK + "attn/qkv/bias")) {
      return QkvBias.FULL_BIAS;
    }
    return tensors.has(BLOCK + "attn/q_bias") ? QkvBias.QV_BIAS : QkvBias.NO_BIAS;
  }

  private void mlp(int width) {
    long[] up = tensors.shape(BLOCK + "mlp/fc1/kernel");
    long[] down = tensors.shape(BLOCK + "mlp/fc2/kernel");
    if (up == null || down == null || up.length != 2 || down.length != 2) {
      return; // The list of what is missing says so.
    }
    int hidden = (int) down[0];
    if (up[1] == 2 * down[0]) {
      vit.setActivation(Activation.SWIGLU);
    }
    if (hidden % width == 0) {
      int ratio = hidden / width;
      vit.setMlpRatio(ratio);
    } else {
      vit.setMlpHidden(hidden);
    }
  }

  private void positions() {
    vit.setAbsolutePosition(tensors.has("student/pos_embed"));
    vit.setRelativePositionShared(tensors.has("student/rel_pos_bias/table"));
    vit.setRelativePositionPerLayer(tensors.has(BLOCK + "attn/rel_pos_bias/table"));
    if (vit.getRotaryPosition() == RotaryPosition.NO_ROTARY
        && !vit.getAbsolutePosition()
        && !vit.getRelativePositionShared()
        && !vit.getRelativePositionPerLayer()) {
      throw UserError.input(
          "No tensor holds the positions of its patches.\n"
              + "Expected a table of absolute or relative positions; rotary ones, which no tensor"
              + " shows, are known of the families dinov3, eva02 and eva02_clip.");
    }
    int grid = vit.getAbsolutePosition() ? absoluteGrid() : relativeGrid();
    if (grid > 0 && !vit.hasImageSize()) {
      int side = grid * vit.getPatchSize();
      vit.setImageSize(tensors.dialect().cutsPositions() ? Math.min(side, RADIO_SIDE) : side);
    }
  }

  /** The grid of the table of positions; its rows also tell which tokens have one. */
  private int absoluteGrid() {
    long[] shape = tensors.shape("student/pos_embed");
    for (PositionedTokens tokens : PositionedTokens.values()) {
      Optional<AbsolutePositionTable> table =
          shape == null
              ? Optional.empty()
              : AbsolutePositionTable.ofShape(prefix(vit, tokens), shape);
      if (table.isPresent()) {
        vit.setPositionedTokens(tokens);
        return table.get().grid();
      }
    }
    throw UserError.input(
        "The positions "
            + tensors.parameters().get("student/pos_embed").sources()
            + " belong to no square grid of patches.\nExpected G x G rows, with those of the class"
            + " token and the registers before them or without.");
  }

  /** How many tokens in front of the patches have a position. */
  static int prefix(VitConfigOrBuilder vit, PositionedTokens tokens) {
    int one = vit.getClassToken() ? 1 : 0;
    return switch (tokens) {
      case CLASS_AND_PATCHES -> one;
      case PATCHES -> 0;
      case EVERY_TOKEN -> one + vit.getRegisterTokens();
    };
  }

  private int relativeGrid() {
    String name =
        vit.getRelativePositionShared()
            ? "student/rel_pos_bias/table"
            : BLOCK + "attn/rel_pos_bias/table";
    long[] shape = tensors.shape(name);
    if (shape == null || shape.length != 2) {
      return 0;
    }
    vit.setHeads((int) shape[1]);
    return RelativePositionTable.ofShape(shape).map(RelativePositionTable::grid).orElse(0);
  }
}
