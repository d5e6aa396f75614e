package org.fdistill.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.fdistill.cluster.PeerProbe.Answer;
import org.junit.jupiter.api.Test;

class PeerProbeTest {
  private static final int PATIENCE_MILLIS = 200;

  @Test
  void aServerThatGreetsIsAlive() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread greeting = new Thread(() -> greet(server));
      greeting.start();
      assertThat(ask(server.getLocalPort())).isEqualTo(Answer.ALIVE);
      greeting.join();
    }
  }

  static void greet(ServerSocket server) {
    try (Socket socket = server.accept()) {
      socket.getOutputStream().write(new byte[9]);
      assertThat(socket.getInputStream().read()).isEqualTo('P');
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aKernelThatTakesConnectionsForAStoppedProcessIsSilent() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(ask(server.getLocalPort())).isEqualTo(Answer.SILENT);
    }
  }

  @Test
  void aPortWhereNobodyListensRefuses() throws Exception {
    int port;
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = server.getLocalPort();
    }
    assertThat(ask(port)).isEqualTo(Answer.REFUSED);
  }

  private static Answer ask(int port) {
    return PeerProbe.ask("localhost:" + port, PATIENCE_MILLIS);
  }
}
