package io.margay.itests.swap;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between clients and a broker, passes on what they say to each other, and knows which of the two ended a connection:
 * clients that look for another coordinator close their connections themselves, and tell of it in the same figures as of those
 * that they lose.
 */
public final class Relay implements Closeable {
  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final int brokerPort;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger endedByBroker = new AtomicInteger();

  /** @param brokerPort where the broker listens, or will listen; while it does not, connections are ended at once */
  public Relay(int brokerPort) throws IOException {
    this.brokerPort = brokerPort;
    start("relay", this::accept);
  }

  /** Where clients connect. */
  public int port() {
    return server.getLocalPort();
  }

  /** @return how many connections the broker ended, or broke, before the client did */
  public int endedByBroker() {
    return endedByBroker.get();
  }

  private static void start(String name, Runnable body) {
    Thread t = new Thread(body, name);
    t.setDaemon(true);
    t.start();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        sockets.add(client);
        connect(client);
      } catch (IOException e) {
        // The relay was closed, which ends the loop, or a client has gone before it was accepted, which does not matter.
        continue;
      }
    }
  }

  private void connect(Socket client) {
    Socket broker;
    try {
      broker = new Socket(InetAddress.getLoopbackAddress(), brokerPort);
      client.setTcpNoDelay(true);
      broker.setTcpNoDelay(true);
    } catch (IOException e) {
      close(client);
      return;
    }
    sockets.add(broker);
    start("relay-requests", () -> {
      pass(client, broker);
      // Forgotten before it is closed: what the broker does from now on is an answer to it.
      sockets.remove(client);
      close(broker);
    });
    start("relay-responses", () -> {
      pass(broker, client);
      if (sockets.contains(client)) {
        endedByBroker.incrementAndGet();
      }
      close(client);
    });
  }

  private static void pass(Socket from, Socket to) {
    byte[] buffer = new byte[64 * 1024];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n; (n = in.read(buffer)) >= 0;) {
        out.write(buffer, 0, n);
      }
    } catch (IOException e) {
      // A reset ends a connection as well as a clean end does; the caller closes both sides.
      return;
    }
  }

  private void close(Socket s) {
    sockets.remove(s);
    try {
      s.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    sockets.forEach(this::close);
  }
}
