package org.fdistill.graph;

import java.nio.file.Path;
import org.tensorflow.Graph;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.proto.ConfigProto;

/** Opens sessions: the one place, since a process's first session is a special one. */
public final class SessionFactory {
  private SessionFactory() {}

  /** A session with TensorFlow's own settings. */
  public static Session open(Graph graph) {
    return open(graph, ConfigProto.getDefaultInstance());
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
   * Decides over the threads of all sessions of the process, where none was opened before.
   *
   * @param settings of the sessions to come
   */
  public static void prepare(ConfigProto settings) {
    FirstRun.make(settings);
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
