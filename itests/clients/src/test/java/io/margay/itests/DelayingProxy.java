package io.margay.itests;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A long way to a broker on the same machine: all bytes arrive later, in order, and the way can be cut for a while. What is sent
 * meanwhile waits, as with a network that sends lost packets again; or connections end, as with a router that was started again.
 */
final class DelayingProxy implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int QUEUED_MAX = 256;

  private final ServerSocket server;
  private final int target;
  private final long delayNanos;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile long closedUntil = System.nanoTime();

  /** Bytes that are due at a time; null at the end of the stream. */
  private record Packet(long dueNanos, byte[] bytes) { }

  /** @param port where it listens @param target the port of the broker @param delayMs of each direction */
  DelayingProxy(int port, int target, long delayMs) throws IOException {
    this.server = new ServerSocket(port, QUEUED_MAX, InetAddress.getLoopbackAddress());
    this.target = target;
    this.delayNanos = TimeUnit.MILLISECONDS.toNanos(delayMs);
    run(this::accept);
  }

  private static void run(Runnable task) {
    Thread thread = new Thread(task, "delaying-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  /** Nothing arrives for so long. @param resets whether connections end */
  void cut(long ms, boolean resets) {
    closedUntil = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    if (resets) {
      sockets.forEach(DelayingProxy::close);
    }
  }

  /** Whether a cut is over. */
  boolean isOpen() {
    return System.nanoTime() - closedUntil >= 0;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
        for (Socket each : new Socket[] {near, far}) {
          each.setTcpNoDelay(true);
          sockets.add(each);
        }
        pass(near, far);
        pass(far, near);
      } catch (IOException e) {
        // the proxy was closed, or nobody listens there
      }
    }
  }

  private void pass(Socket from, Socket to) {
    BlockingQueue<Packet> way = new ArrayBlockingQueue<>(QUEUED_MAX);
    run(() -> read(from, way));
    run(() -> write(way, to));
  }

  private void read(Socket from, BlockingQueue<Packet> way) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      try (InputStream in = from.getInputStream()) {
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          way.put(new Packet(System.nanoTime() + delayNanos, Arrays.copyOf(buffer, n)));
        }
      } catch (IOException e) {
        // the connection has ended
      }
      way.put(new Packet(System.nanoTime() + delayNanos, null));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void write(BlockingQueue<Packet> way, Socket to) {
    boolean broken = false;
    try {
      for (Packet next = way.take(); next.bytes() != null; next = way.take()) {
        long waitNanos = Math.max(next.dueNanos(), closedUntil) - System.nanoTime();
        TimeUnit.NANOSECONDS.sleep(Math.max(0, waitNanos));
        if (!broken) {
          broken = !write(to, next.bytes());
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    sockets.remove(to);
    close(to);
  }

  private static boolean write(Socket to, byte[] bytes) {
    try {
      OutputStream out = to.getOutputStream();
      out.write(bytes);
      return true;
    } catch (IOException e) {
      // the other end has closed
      return false;
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    sockets.forEach(DelayingProxy::close);
  }
}
