package org.fdistill.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.SwinConfig;
import org.fdistill.proto.SwinV2Config;
import org.fdistill.resample.RelativePositionTable;

/** Reads a Swin transformer's description off the shapes of its tensors, and off its buffers. */
final class SwinDescription {
  private static final String FIRST = "student/layers/0/blocks/00/";

  private final NamedTensors tensors;

  private SwinDescription(NamedTensors tensors) {
    this.tensors = tensors;
  }

  /**
   * The Swin that tensors of these names and shapes belong to.
   *
   * @param traits what no shape tells: epsilon, and window and image size if they are known
   * @return with image size 0 or window 0 where they are not known; SwinV2 with position windows
   *     where its buffers tell them
   */
  static BackboneConfig of(NamedTensors tensors, BackboneConfig traits) {
    SwinDescription description = new SwinDescription(tensors);
    BackboneConfig.Builder model = traits.toBuilder();
    if (traits.hasSwin()) {
      model.setSwin(description.first(traits.getSwin()));
    } else {
      model.setSwinV2(description.second(traits.getSwinV2()));
    }
    return model.build();
  }

  private SwinConfig first(SwinConfig traits) {
    SwinConfig.Builder swin = traits.toBuilder().setPatchSize(tensors.patch()).setWidth(width());
    swin.clearDepths().clearHeads().addAllDepths(depths()).setMlpRatio(mlpRatio());
    for (int stage = 0; stage < swin.getDepthsCount(); stage++) {
      swin.addHeads(tensors.last("student/layers/" + stage + "/blocks/00/attn/rel_pos_bias/table"));
    }
    if (!swin.hasWindow()) {
      long[] table = tensors.shape(FIRST + "attn/rel_pos_bias/table");
      swin.setWindow(
          table == null
              ? 0
              : RelativePositionTable.ofShape(table).map(RelativePositionTable::grid).orElse(0));
    }
    if (!swin.hasImageSize()) {
      OptionalInt grid = new SwinBuffers(tensors).grid();
      grid.ifPresent(side -> swin.setImageSize(side * swin.getPatchSize()));
    }
    return swin.build();
  }

  private SwinV2Config second(SwinV2Config traits) {
    SwinV2Config.Builder swin = traits.toBuilder().setPatchSize(tensors.patch()).setWidth(width());
    swin.clearDepths().clearHeads().addAllDepths(depths()).setMlpRatio(mlpRatio());
    for (int stage = 0; stage < swin.getDepthsCount(); stage++) {
      swin.addHeads(tensors.last("student/layers/" + stage + "/blocks/00/attn/cpb/fc2/kernel"));
    }
    SwinBuffers buffers = new SwinBuffers(tensors);
    if (!swin.hasWindow()) {
      swin.setWindow(buffers.window());
      swin.addAllPositionWindow(buffers.positionWindows(swin.getDepthsCount()));
    }
    if (!swin.hasImageSize()) {
      buffers.grid().ifPresent(grid -> swin.setImageSize(grid * swin.getPatchSize()));
    }
    swin.setMainNormInterval(mainNormInterval());
    return swin.build();
  }

  private int width() {
    return tensors.last("student/patch_embed/kernel");
  }

  private List<Integer> depths() {
    List<Integer> depths = new ArrayList<>();
    int stages = Counts.distinct(tensors, "student/layers/(\\d+)/blocks/.*");
    for (int stage = 0; stage < stages; stage++) {
      depths.add(Counts.distinct(tensors, "student/layers/" + stage + "/blocks/(\\d+)/.*"));
    }
    return depths;
  }

  private float mlpRatio() {
    return tensors.last(FIRST + "mlp/fc1/kernel") / (float) width();
  }

  private int mainNormInterval() {
    return tensors.parameters().keySet().stream()
        .filter(name -> name.matches("student/layers/\\d+/blocks/\\d+/main_norm/scale"))
        .mapToInt(name -> Integer.parseInt(name.split("/", -1)[4]) + 1)
        .min()
        .orElse(0);
  }
}
