package org.tensorflow;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteFunction;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_FunctionName;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GraphCopyFunction;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GraphImportGraphDef;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GraphToFunction;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_ImportGraphDefOptionsAddInputMapping;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_ImportGraphDefOptionsSetPrefix;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetConfig;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetTarget;

import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.TF_Function;
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

  /**
   * Makes a function of a whole graph and adds it to another, with all functions that it calls.
   * Other than {@link ConcreteFunction} it lets a function give what Java has no type for, such as
   * a data set.
   *
   * @param graph receives the function
   * @param name start of its name
   * @param body what it computes
   * @param inputs placeholders of the body, in order
   * @param outputs what it gives, in order
   * @return its whole name
   */
  public static String addFunction(
      Graph graph, String name, Graph body, List<Output<?>> inputs, List<Output<?>> outputs) {
    try (PointerScope scope = new PointerScope();
        Graph.Reference to = graph.ref();
        Graph.Reference from = body.ref()) {
      TF_Status status = TF_Status.newStatus();
      TF_Function function =
          TF_GraphToFunction(
              from.nativeHandle(),
              new BytePointer(name),
              (byte) 1, // a checksum of its content makes the name its own
              -1,
              new PointerPointer<>((Pointer) null),
              inputs.size(),
              outputs(inputs),
              outputs.size(),
              outputs(outputs),
              new PointerPointer<>((Pointer) null),
              null,
              null,
              status);
      status.throwExceptionIfNotOK();
      for (NativeFunction called : body.getNativeFunctions(scope)) {
        TF_GraphCopyFunction(to.nativeHandle(), called.getNativeHandle(), null, status);
        status.throwExceptionIfNotOK();
      }
      TF_GraphCopyFunction(to.nativeHandle(), function, null, status);
      status.throwExceptionIfNotOK();
      String whole = TF_FunctionName(function).getString();
      TF_DeleteFunction(function);
      return whole;
    }
  }

  private static TF_Output outputs(List<Output<?>> tensors) {
    TF_Output array = new TF_Output(tensors.size());
    for (int i = 0; i < tensors.size(); i++) {
      Output<?> tensor = tensors.get(i);
      array
          .position(i)
          .oper(((GraphOperation) tensor.op()).getUnsafeNativeHandle())
          .index(tensor.index());
    }
    return array.position(0);
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
