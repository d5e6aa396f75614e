package org.fdistill.checkpoint;

import java.util.List;
import java.util.Set;
import org.fdistill.config.ConfigDiff;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.RunConfig;

/**
 * What two networks compute differently though their parameters have the same shapes.
 *
 * @param refused differences with which the weights mean nothing, a line each
 * @param told differences that a user can want, a line each
 */
record NetworkDifferences(List<String> refused, List<String> told) {
  private static final Set<String> REFUSED =
      Set.of("model.vit.heads", "model.swin.heads", "model.swin_v2.heads");

  private static final Set<String> TOLD =
      Set.of(
          "model.vit.layer_norm_epsilon",
          "model.vit.activation",
          "model.vit.absolute_position",
          "model.vit.absolute_position_kind",
          "model.vit.rotary_position",
          "model.swin.layer_norm_epsilon",
          "model.swin_v2.layer_norm_epsilon",
          "model.swin_v2.position_window");

  /**
   * Compares the descriptions of two networks.
   *
   * @param source of the weights; the default instance where it is not known
   * @param network that takes them
   */
  static NetworkDifferences between(BackboneConfig source, BackboneConfig network) {
    List<String> lines = ConfigDiff.between(run(source), run(network), Set.of());
    return new NetworkDifferences(only(lines, REFUSED), only(lines, TOLD));
  }

  private static RunConfig run(BackboneConfig model) {
    return RunConfig.newBuilder().setModel(model).build();
  }

  /** Lines start with a field's path and a colon. */
  private static List<String> only(List<String> lines, Set<String> paths) {
    return lines.stream()
        .filter(line -> paths.contains(line.substring(0, line.indexOf(':'))))
        .toList();
  }
}
