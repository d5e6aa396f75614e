package org.fdistill.model.segment;

import java.util.function.UnaryOperator;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Endpoints;
import org.fdistill.model.Network;
import org.fdistill.proto.SegmentTask;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * A backbone with UPerNet: from pixels to the class of each pixel.
 *
 * @param network without its final norm
 * @param head UPerNet
 * @param inference how images of any size are brought to it
 */
public record Segmenter(Network network, UperNet head, SegmentationInference inference) {
  /** The segmenter of a task on a network. */
  public static Segmenter of(Network network, SegmentTask config) {
    return new Segmenter(
        network.withoutFinalNorm(),
        new UperNet(config),
        new SegmentationInference(
            config.getInference(), network.backbone().imageSize(), network.normalization()));
  }

  /**
   * Logits of training images, of both heads.
   *
   * @param scope at the root of the names, in training
   * @param images [B, S, S, 3], 0 to 255, of any type of numbers
   * @param beside makes what stands beside the images 0, in normalised ones
   */
  public UperNet.Training training(
      LayerScope scope,
      Operand<? extends TNumber> images,
      UnaryOperator<Operand<TFloat32>> beside) {
    return head.training(scope, network.build(scope, images, beside));
  }

  /**
   * Logits of each pixel of images of any size.
   *
   * @param scope at the root of the names, in inference
   * @param images [B, H, W, 3], 0 to 255, of any type of numbers
   * @return [B, H, W, K]
   */
  public Operand<TFloat32> logits(LayerScope scope, Operand<? extends TNumber> images) {
    return inference.logits(
        scope.tf(),
        scope.tf().dtypes.cast(images, TFloat32.class),
        windows -> {
          Endpoints endpoints = network.build(scope, windows);
          return head.logits(scope, endpoints);
        });
  }
}
