package org.fdistill.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * What this machine's own addresses give one TCP connection, with a thread at either end.
 *
 * @param bandwidth bytes a second
 * @param roundTripMicroseconds of one byte, there and back
 */
public record Loopback(double bandwidth, double roundTripMicroseconds) {
  private static final int CHUNK = 1 << 18;
  private static final int CHUNKS = 2048;
  private static final int ROUND_TRIPS = 2000;

  /** Measures for about half a second. */
  public static Loopback measure() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket sender = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket receiver = server.accept()) {
      sender.setTcpNoDelay(true);
      receiver.setTcpNoDelay(true);
      Thread other = new Thread(() -> answer(receiver), "fdistill-loopback");
      other.setDaemon(true);
      other.start();
      roundTrips(sender);
      double roundTrip = roundTrips(sender) / ROUND_TRIPS;
      stream(sender);
      return new Loopback((double) CHUNK * CHUNKS / stream(sender), 1e6 * roundTrip);
    }
  }

  /** Seconds of some round trips. */
  private static double roundTrips(Socket socket) throws IOException {
    long start = System.nanoTime();
    for (int i = 0; i < ROUND_TRIPS; i++) {
      socket.getOutputStream().write(1);
      socket.getInputStream().read();
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /** Seconds until half a gigabyte has come through. */
  private static double stream(Socket socket) throws IOException {
    byte[] chunk = new byte[CHUNK];
    long start = System.nanoTime();
    for (int i = 0; i < CHUNKS; i++) {
      socket.getOutputStream().write(chunk);
    }
    socket.getInputStream().read();
    return (System.nanoTime() - start) / 1e9;
  }

  /** Answers every byte of the round trips, then every half of a gigabyte. */
  private static void answer(Socket socket) {
    try {
      for (int i = 0; i < 2 * ROUND_TRIPS; i++) {
        socket.getOutputStream().write(socket.getInputStream().read());
      }
      byte[] chunk = new byte[CHUNK];
      while (true) {
        socket.getInputStream().readNBytes(chunk, 0, CHUNK);
        for (int i = 1; i < CHUNKS; i++) {
          if (socket.getInputStream().readNBytes(chunk, 0, CHUNK) < CHUNK) {
            return;
          }
        }
        socket.getOutputStream().write(1);
      }
    } catch (IOException closed) {
      // The other end has what it wanted.
    }
  }
}
