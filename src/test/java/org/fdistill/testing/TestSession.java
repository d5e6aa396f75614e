package org.fdistill.testing;

import org.fdistill.graph.SessionFactory;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.RewriterConfig;

/**
 * Sessions of the graphs that tests build. To optimise one takes TensorFlow longer than to run it:
 * the quick tier runs it as it stands, the slow tier as users' sessions optimise it ({@code
 * -Dtest.optimise=true}). Runs of the trainer and loaded exports are optimised in both.
 */
public final class TestSession {
  private static final boolean OPTIMISE = Boolean.getBoolean("test.optimise");

  private TestSession() {}

  /** A session. */
  public static Session open(Graph graph) {
    return SessionFactory.open(graph, settings());
  }

  /** What a session of a test is opened with. */
  public static ConfigProto settings() {
    RewriterConfig rewrites =
        RewriterConfig.newBuilder().setDisableMetaOptimizer(!OPTIMISE).build();
    return ConfigProto.newBuilder()
        .setGraphOptions(GraphOptions.newBuilder().setRewriteOptions(rewrites))
        .build();
  }
}
