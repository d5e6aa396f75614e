package org.tensorflow;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_GraphImportGraphDef;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_ImportGraphDefOptionsAddInputMapping;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_ImportGraphDefOptionsSetPrefix;

import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.TF_ImportGraphDefOptions;
import org.tensorflow.internal.c_api.TF_Output;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.proto.GraphDef;

/**
 * The door to what TensorFlow Java's public API leaves out. It lives in TensorFlow's package
 * because {@link Graph}'s native handle is visible there alone; nothing else of ours does.
 */
public final class GraphBridge {
  private GraphBridge() {}

  /**
   * Imports a graph under a prefix and wires some of its tensors to tensors that {@code graph}
   * already has, so that a model's input can come from another part of the same graph.
   *
   * @param graph receives the nodes
   * @param definition what to import
   * @param prefix goes before each imported node's name, without a slash at its end
   * @param inputs tensors of the definition ({@code node:index}) that are replaced
   */
  public static void importGraph(
      Graph graph, GraphDef definition, String prefix, Map<String, Output<?>> inputs) {
    try (PointerScope scope = new PointerScope();
        Graph.Reference reference = graph.ref()) {
      TF_ImportGraphDefOptions options = TF_ImportGraphDefOptions.newImportGraphDefOptions();
      TF_ImportGraphDefOptionsSetPrefix(options, prefix);
      inputs.forEach((tensor, replacement) -> map(options, tensor, replacement));
      TF_Status status = TF_Status.newStatus();
      TF_Buffer buffer = TF_Buffer.newBufferFromString(definition);
      TF_GraphImportGraphDef(reference.nativeHandle(), buffer, options, status);
      status.throwExceptionIfNotOK();
    }
  }

  private static void map(TF_ImportGraphDefOptions options, String tensor, Output<?> replacement) {
    int colon = tensor.lastIndexOf(':');
    TF_Output target =
        new TF_Output()
            .oper(((GraphOperation) replacement.op()).getUnsafeNativeHandle())
            .index(replacement.index());
    TF_ImportGraphDefOptionsAddInputMapping(
        options, tensor.substring(0, colon), Integer.parseInt(tensor.substring(colon + 1)), target);
  }
}
