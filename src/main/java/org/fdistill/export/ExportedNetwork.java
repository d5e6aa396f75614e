package org.fdistill.export;

import java.util.LinkedHashMap;
import java.util.Map;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Backbone;
import org.fdistill.model.Backbones;
import org.fdistill.model.Endpoints;
import org.fdistill.model.head.ClassifierHead;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.EvalCropConfig;
import org.fdistill.proto.Normalization;
import org.fdistill.proto.RunConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The network that an export holds: a backbone, its head, and how images are brought to it.
 *
 * @param model the backbone
 * @param normalization that it was trained with
 * @param evalCrop how files become images
 * @param head what is computed on top
 */
public record ExportedNetwork(
    BackboneConfig model, Normalization normalization, EvalCropConfig evalCrop, Head head) {
  /** The network of a run: its projector and its teacher are no part of it. */
  public static ExportedNetwork of(RunConfig run) {
    DataConfig evaluation = run.hasValidationData() ? run.getValidationData() : run.getTrainData();
    return new ExportedNetwork(
        run.getModel(),
        run.getTrainData().getNormalization(),
        evaluation.getEvalCrop(),
        run.hasClassify() ? classifier(new ClassifierHead(run.getClassify())) : Head.NONE);
  }

  private static Head classifier(ClassifierHead head) {
    return (scope, endpoints) -> {
      Operand<TFloat32> logits = head.apply(scope, endpoints);
      Map<String, Operand<TFloat32>> outputs = new LinkedHashMap<>();
      outputs.put("logits", logits);
      outputs.put("probabilities", scope.tf().nn.softmax(logits));
      return outputs;
    };
  }

  /** The backbone. */
  public Backbone backbone() {
    return Backbones.of(model);
  }

  /**
   * Builds the network.
   *
   * @param scope at the root of the network's names, in inference
   * @param images [B, S, S, 3], normalised
   * @return {@code tokens} [B, N, C], {@code feature_map} [B, G, G, C], {@code cls} [B, C] where
   *     there is a class token, {@code pooled} [B, C], and the head's
   */
  Map<String, Operand<TFloat32>> outputs(LayerScope scope, Operand<TFloat32> images) {
    Ops tf = scope.tf();
    Endpoints endpoints = backbone().build(scope.at(Backbones.SCOPE), images);
    Map<String, Operand<TFloat32>> outputs = new LinkedHashMap<>();
    outputs.put("tokens", endpoints.tokens());
    outputs.put("feature_map", endpoints.featureMap(tf));
    if (endpoints.hasClassToken()) {
      outputs.put("cls", endpoints.classToken(tf));
    }
    outputs.put("pooled", endpoints.pooled(tf));
    outputs.putAll(head.outputs(scope, endpoints));
    return outputs;
  }
}
