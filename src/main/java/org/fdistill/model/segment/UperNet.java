package org.fdistill.model.segment;

import java.util.List;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Endpoints;
import org.fdistill.proto.SegmentTask;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * UPerNet on a backbone: a class for each place of its finest map. Its parameters are under {@code
 * head}; those of the auxiliary head, which no export has, under {@code auxiliary}. Letters: B
 * batch, G side of the finest map, K classes.
 *
 * @param config classes, channels and the auxiliary head
 */
public record UperNet(SegmentTask config) {
  private static final String HEAD = "head";
  private static final String AUXILIARY = "auxiliary";

  /** The map of the pyramid that the auxiliary head takes. */
  private static final int AUXILIARY_MAP = 2;

  /**
   * Logits of training.
   *
   * @param decoded [B, G, G, K], what the network is for
   * @param auxiliary [B, G', G', K], of a head that helps the backbone to train; null without one
   */
  public record Training(Operand<TFloat32> decoded, Operand<TFloat32> auxiliary) {}

  /**
   * Builds the head.
   *
   * @param scope at the root of the names
   * @param endpoints of a backbone without a final norm
   * @return logits [B, G, G, K]
   */
  public Operand<TFloat32> logits(LayerScope scope, Endpoints endpoints) {
    LayerScope head = scope.at(HEAD);
    return decoded(head, Pyramid.of(head, endpoints, config));
  }

  /** Builds the head and the auxiliary one. */
  public Training training(LayerScope scope, Endpoints endpoints) {
    LayerScope head = scope.at(HEAD);
    List<Operand<TFloat32>> maps = Pyramid.of(head, endpoints, config);
    Operand<TFloat32> decoded = decoded(head, maps);
    return new Training(
        decoded, config.getAuxiliaryWeight() > 0 ? auxiliary(scope.at(AUXILIARY), maps) : null);
  }

  private Operand<TFloat32> decoded(LayerScope head, List<Operand<TFloat32>> maps) {
    return new UperHead(config.getChannels(), classifier()).logits(head.at("uper"), maps);
  }

  /** mmsegmentation's FCN head of one convolution. */
  private Operand<TFloat32> auxiliary(LayerScope scope, List<Operand<TFloat32>> maps) {
    ConvolutionUnit unit = new ConvolutionUnit(3, config.getAuxiliaryChannels());
    Operand<TFloat32> map = unit.apply(scope.at("convolution"), maps.get(AUXILIARY_MAP));
    return classifier().apply(scope.at("classifier"), map);
  }

  private PixelClassifier classifier() {
    return new PixelClassifier(config.getClasses(), config.getDropout());
  }
}
