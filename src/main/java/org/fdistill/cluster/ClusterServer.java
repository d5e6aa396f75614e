package org.fdistill.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import org.fdistill.config.UserError;
import org.fdistill.graph.SessionFactory;
import org.tensorflow.Graph;
import org.tensorflow.Server;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.proto.ClusterDef;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.JobDef;
import org.tensorflow.proto.ServerDef;

/**
 * TensorFlow's server in this process: the others reach its tensors through it. It runs until the
 * process ends, for TensorFlow 2.18 cannot shut one down.
 */
final class ClusterServer {
  private static final String JOB = "worker";
  private static final int PATIENCE_MILLIS = 2_000;

  private final ConfigProto settings;
  private final String target;

  /**
   * Starts it.
   *
   * @param settings of its devices and of all its sessions
   * @throws UserError of kind run, where its port is taken, or another process is this worker
   */
  @SuppressWarnings("MustBeClosedChecker") // Closing one throws: there is no clean shutdown.
  ClusterServer(Cluster cluster, ConfigProto settings) {
    this.settings = with(cluster, settings);
    target = "grpc://" + cluster.addresses().get(cluster.index());
    requirePort(cluster);
    requireAlone(cluster);
    try {
      new Server(definition(cluster, this.settings)).start();
    } catch (TensorFlowException e) {
      throw new UserError(
          UserError.Kind.RUN,
          cluster.name(cluster.index()) + ": its server does not start: " + e.getMessage(),
          e);
    }
  }

  private static ConfigProto with(Cluster cluster, ConfigProto settings) {
    return settings.toBuilder()
        .setExperimental(
            settings.getExperimental().toBuilder()
                .setCollectiveGroupLeader("/job:" + JOB + "/replica:0/task:0"))
        .addDeviceFilters("/job:" + JOB + "/task:" + cluster.index())
        .setIsolateSessionState(true)
        // Without rpc_options.cache_rpc_response: with it a run may outlive broken connections, but
        // TensorFlow's repetitions of requests then use freed memory now and again (SIGSEGV).
        .build();
  }

  private static ServerDef definition(Cluster cluster, ConfigProto settings) {
    JobDef.Builder job = JobDef.newBuilder().setName(JOB);
    for (int i = 0; i < cluster.size(); i++) {
      job.putTasks(i, cluster.addresses().get(i));
    }
    return ServerDef.newBuilder()
        .setCluster(ClusterDef.newBuilder().addJob(job))
        .setJobName(JOB)
        .setTaskIndex(cluster.index())
        .setProtocol("grpc")
        .setDefaultSessionConfig(settings)
        .build();
  }

  /** TensorFlow shares a port that is taken without a word, and messages would go astray. */
  private static void requirePort(Cluster cluster) {
    String address = cluster.addresses().get(cluster.index());
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(port));
    } catch (IOException | IllegalArgumentException e) {
      throw new UserError(
          UserError.Kind.RUN,
          cluster.name(cluster.index())
              + ": its port "
              + port
              + " cannot be had: "
              + e.getMessage()
              + ".\nEnd the process that listens there, or give the cluster another port.",
          e);
    }
  }

  /**
   * Two processes with one index, on two machines: both would serve this worker's sessions. The one
   * that comes while the other is running can tell; of two that start within the same second none
   * can, for the others know the workers by their addresses alone.
   */
  static void requireAlone(Cluster cluster) {
    String address = cluster.addresses().get(cluster.index());
    if (PeerProbe.ask(address, PATIENCE_MILLIS) == PeerProbe.Answer.ALIVE) {
      String port = address.substring(address.lastIndexOf(':'));
      throw UserError.run(
          cluster.name(cluster.index())
              + " is running already: a server answers at its address, and it is not that of this"
              + " process, at "
              + host()
              + port
              + ".\nGive each process a task.index of its own in TF_CONFIG, and at that place of"
              + " cluster.worker the address of its machine.");
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "this machine";
    }
  }

  /** A session of this process's devices. */
  Session open(Graph graph) {
    return SessionFactory.open(graph, target, settings);
  }
}
