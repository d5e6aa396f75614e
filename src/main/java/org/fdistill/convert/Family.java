package org.fdistill.convert;

import java.util.List;
import java.util.function.Predicate;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.Normalization;

/**
 * Networks that one project published.
 *
 * @param name for {@code --arch}
 * @param title for people
 * @param licence of the published weights
 * @param dialects in which its checkpoints come
 * @param preferred regular expressions of prefixes, best first, where a file holds several networks
 * @param traits what no checkpoint tells: epsilons, activations
 * @param normalization of its input
 * @param positions how its own code brings positions to another size
 * @param recognition whether a file is certainly one of its checkpoints
 * @param sizes that were published
 */
record Family(
    String name,
    String title,
    String licence,
    List<Dialect> dialects,
    List<String> preferred,
    BackboneConfig traits,
    Normalization normalization,
    PositionStyle positions,
    Predicate<NamedTensors> recognition,
    List<Size> sizes) {

  /** How positions are brought to another grid. */
  enum PositionStyle {
    /** PyTorch's bicubic, a = -0.75, without antialiasing. */
    BICUBIC,
    /** The same with DINOv2's offset of 0.1 in the scale. */
    DINOV2,
    /** C-RADIO's bilinear, of one kind or the other by its version. */
    RADIO,
    /** SwinV2's continuous positions: offsets stay divided by the windows of training. */
    WINDOWS_OF_TRAINING
  }
}
