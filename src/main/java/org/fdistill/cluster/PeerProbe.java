package org.fdistill.cluster;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Asks a worker's server for a sign of life: a gRPC server greets whoever opens a connection and
 * says the first words of HTTP/2 (RFC 9113, section 3.4). A process that is stopped does not greet,
 * though its kernel still takes the connection.
 */
final class PeerProbe {
  /** The client's preface: its fixed text, and an empty frame of settings. */
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"
          .getBytes(StandardCharsets.ISO_8859_1);

  /** What a worker's address answers. */
  enum Answer {
    /** A server greets. */
    ALIVE,
    /** The machine is there, and nothing listens. */
    REFUSED,
    /** Nothing comes back. */
    SILENT
  }

  private PeerProbe() {}

  /**
   * Asks once.
   *
   * @param address {@code host:port}
   * @param patienceMillis how long to wait for the connection, and again for the greeting
   */
  static Answer ask(String address, int patienceMillis) {
    int colon = address.lastIndexOf(':');
    String host = address.substring(0, colon).replaceAll("^\\[|\\]$", "");
    int port = Integer.parseInt(address.substring(colon + 1));
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), patienceMillis);
      socket.setSoTimeout(patienceMillis);
      socket.getOutputStream().write(PREFACE);
      return socket.getInputStream().read() < 0 ? Answer.REFUSED : Answer.ALIVE;
    } catch (ConnectException e) {
      return Answer.REFUSED;
    } catch (IOException e) {
      return Answer.SILENT;
    }
  }
}
