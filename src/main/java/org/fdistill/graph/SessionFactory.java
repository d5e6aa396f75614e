package org.fdistill.graph;

import java.nio.file.Path;
import org.tensorflow.Graph;
import org.tensorflow.GraphBridge;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.RewriterConfig;

/** Opens sessions: the one place, since a process's first session is a special one. */
public final class SessionFactory {
  private static final ConfigProto FEW_RUNS =
      ConfigProto.newBuilder()
          .setGraphOptions(
              GraphOptions.newBuilder()
                  .setRewriteOptions(RewriterConfig.newBuilder().setDisableMetaOptimizer(true)))
          .build();

  private SessionFactory() {}

  /**
   * A session for few runs: its graph is run as it stands, since optimising takes longer than it
   * saves.
   */
  public static Session open(Graph graph) {
    return open(graph, FEW_RUNS);
  }

  /**
   * A session.
   *
   * @param settings its threads hold for all later sessions of the process, where it is the first
   */
  public static Session open(Graph graph, ConfigProto settings) {
    FirstRun.make(settings);
    return new Session(graph, settings);
  }

  /**
   * A session of a server's devices.
   *
   * @param target of the server, such as {@code grpc://localhost:2222}
   */
  public static Session open(Graph graph, String target, ConfigProto settings) {
    return GraphBridge.open(graph, target, settings);
  }

  /**
   * Decides over the threads of all sessions of the process, where none was opened before.
   *
   * @param settings of the sessions to come
   */
  public static void prepare(ConfigProto settings) {
    FirstRun.make(settings);
  }

  /**
   * Starts the compiler, before a graph with functions that XLA must compile runs.
   *
   * @param settings of the sessions to come
   */
  public static void prepareCompiler(ConfigProto settings) {
    FirstRun.compile(settings);
  }

  /**
   * A model for serving, with a session in which its variables are restored.
   *
   * @param folder of saved_model.pb
   */
  public static SavedModelBundle load(Path folder) {
    FirstRun.make(ConfigProto.getDefaultInstance());
    return SavedModelBundle.load(folder.toString(), SavedModelFolder.SERVE);
  }
}
