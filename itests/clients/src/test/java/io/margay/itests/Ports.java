package io.margay.itests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for brokers that keep them over restarts: below those that the system gives to outgoing connections. */
public final class Ports {
  private static final int FIRST = 15_000;
  private static final int END = 32_000;

  private Ports() { }

  /** Ports of the loopback interface that are free now, each once. */
  public static List<Integer> free(int count) {
    TreeSet<Integer> free = new TreeSet<>();
    for (int tries = 0; free.size() < count && tries < 1_000; tries++) {
      try (ServerSocket socket = new ServerSocket(ThreadLocalRandom.current().nextInt(FIRST, END), 1, InetAddress.getLoopbackAddress())) {
        free.add(socket.getLocalPort());
      } catch (BindException e) {
        // in use: another one
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    if (free.size() < count) {
      throw new IllegalStateException("found only " + free.size() + " of " + count + " free ports");
    }
    return List.copyOf(free);
  }
}
