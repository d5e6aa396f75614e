package org.fdistill.config;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.SwinConfig;

/** The same network and data on images of another size. */
public final class ImageSizes {
  private ImageSizes() {}

  /**
   * A run's config with another image size. A Swin's windows grow with its images, so that their
   * number stays; version 2 goes on to divide offsets by the windows that it was trained with.
   *
   * @param run resolved
   * @param side S, in pixels
   * @throws UserError of kind usage, where the network cannot take images of that size
   */
  public static RunConfig changed(RunConfig run, int side) {
    List<String> overrides = new ArrayList<>(network(run.getModel(), side));
    if (run.hasTrainData()) {
      overrides.add("train_data.image_size=" + side);
    }
    if (run.hasValidationData()) {
      overrides.add("validation_data.image_size=" + side);
    }
    String source = "--image-size " + side + " of " + run.getName();
    return RunConfigs.parse(TextProtos.toText(run), source, overrides);
  }

  private static List<String> network(BackboneConfig model, int side) {
    return switch (model.getArchitectureCase()) {
      case VIT -> List.of("model.vit.image_size=" + side);
      case SWIN -> swin("model.swin", model.getSwin(), side);
      case SWIN_V2 -> {
        List<String> overrides =
            new ArrayList<>(swin("model.swin_v2", SwinCommon.of(model.getSwinV2()), side));
        overrides.add("model.swin_v2.position_window=" + positionWindows(model));
        yield overrides;
      }
      case ARCHITECTURE_NOT_SET -> List.of();
    };
  }

  private static List<String> swin(String path, SwinConfig swin, int side) {
    int window = Math.round((float) swin.getWindow() * side / swin.getImageSize());
    return List.of(path + ".image_size=" + side, path + ".window=" + Math.max(1, window));
  }

  /** Those of the config, or where it leaves them open the stages' own. */
  private static String positionWindows(BackboneConfig model) {
    SwinConfig swin = SwinCommon.of(model.getSwinV2());
    List<Integer> given = model.getSwinV2().getPositionWindowList();
    int grid = swin.getImageSize() / swin.getPatchSize();
    return IntStream.range(0, swin.getDepthsCount())
        .map(
            stage ->
                stage < given.size() && given.get(stage) > 0
                    ? given.get(stage)
                    : Math.min(swin.getWindow(), grid >> stage))
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(","));
  }
}
