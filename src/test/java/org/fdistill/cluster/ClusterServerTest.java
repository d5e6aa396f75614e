package org.fdistill.cluster;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
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
}
