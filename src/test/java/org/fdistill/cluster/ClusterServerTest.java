package org.fdistill.cluster;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.fdistill.config.UserError;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.ConfigProto;

class ClusterServerTest {
  /** As where two processes of a machine are told that they are the same worker. */
  @Test
  void aPortThatIsTakenIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0)) {
      String own = "localhost:" + taken.getLocalPort();
      Cluster cluster = new Cluster(List.of("localhost:1", own), 1);
      assertThatThrownBy(() -> new ClusterServer(cluster, ConfigProto.getDefaultInstance()))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("worker 1 (" + own + ")")
          .hasMessageContaining("its port " + taken.getLocalPort() + " cannot be had")
          .hasMessageContaining("End the process that listens there");
    }
  }

  /** On another machine its port is free, and what answers at its address is the other one. */
  @Test
  void aWorkerThatIsRunningElsewhereIsNamed() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread greeting = new Thread(() -> PeerProbeTest.greet(other));
      greeting.start();
      String own = "localhost:" + other.getLocalPort();
      Cluster cluster = new Cluster(List.of("localhost:1", own), 1);
      assertThatThrownBy(() -> ClusterServer.requireAlone(cluster))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("worker 1 (" + own + ") is running already")
          .hasMessageContaining("of this process, at ")
          .hasMessageContaining("task.index");
      greeting.join();
    }
    ClusterServer.requireAlone(new Cluster(List.of("localhost:1", "localhost:2"), 1));
  }
}
