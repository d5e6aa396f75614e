package org.tensorflow;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_GraphImportGraphDef;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_ImportGraphDefOptionsAddInputMapping;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_ImportGraphDefOptionsSetPrefix;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetConfig;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetTarget;

import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.TF_ImportGraphDefOptions;
import org.tensorflow.internal.c_api.TF_Output;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.proto.ConfigProto;
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

  /**
   * A session of a server, which {@link Session}'s constructors cannot be told.
   *
   * @param target such as {@code grpc://localhost:2222}
   * @param settings of the session
   */
  public static Session open(Graph graph, String target, ConfigProto settings) {
    try (PointerScope scope = new PointerScope();
        Graph.Reference reference = graph.ref()) {
      TF_Status status = TF_Status.newStatus();
      TF_SessionOptions options = TF_SessionOptions.newSessionOptions();
      TF_SetTarget(options, target);
      byte[] config = settings.toByteArray();
      TF_SetConfig(options, new BytePointer(config), config.length, status);
      status.throwExceptionIfNotOK();
      TF_Session session = TF_Session.newSession(reference.nativeHandle(), options, status);
      status.throwExceptionIfNotOK();
      session.retainReference();
      return new Session(graph, session);
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
