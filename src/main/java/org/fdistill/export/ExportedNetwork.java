package org.fdistill.export;

import java.util.LinkedHashMap;
import java.util.Map;
import org.fdistill.graph.LayerScope;
import org.fdistill.model.Endpoints;
import org.fdistill.model.Network;
import org.fdistill.model.head.DenseHead;
import org.fdistill.model.head.Head;
import org.fdistill.proto.EvalCropConfig;
import org.fdistill.proto.RunConfig;
import org.fdistill.task.Tasks;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * What an export computes: a network, its head, and how files are brought to it.
 *
 * @param network from pixels to features
 * @param evalCrop how files become pixels
 * @param head what is computed on top
 * @param dense what is computed in place of features, for images of any size; null for a network
 *     that gives features
 */
public record ExportedNetwork(
    Network network, EvalCropConfig evalCrop, Head head, DenseHead dense) {
  /** The network of a run, as its task has it exported. */
  public static ExportedNetwork of(RunConfig run) {
    return new ExportedNetwork(
        Tasks.evaluated(run),
        Tasks.evalCrop(run),
        Tasks.head(run),
        Tasks.denseHead(run).orElse(null));
  }

  /**
   * Names what its signatures give.
   *
   * @param scope at the root of the names, in inference
   * @param endpoints of the network, built there
   * @return {@code tokens} [B, N, C], {@code feature_map} [B, G, G, C], {@code cls} [B, C] where
   *     there is a class token, {@code pooled} [B, C], and the head's
   */
  Map<String, Operand<TFloat32>> outputs(LayerScope scope, Endpoints endpoints) {
    Ops tf = scope.tf();
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
