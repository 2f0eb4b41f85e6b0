package io.margay.itests.hostile;

import static io.margay.itests.hostile.Attack.size;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;

/** Clients of the HTTP listener that take what they can, and give nothing. Records are still taken over HTTP afterwards. */
final class HttpAttacks {
  private static final String TOPIC = "hostile-http";
  private static final String HEAD = "POST /topics/" + TOPIC + "/records HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
  private static final String CHUNKED = HEAD + "Transfer-Encoding: chunked\r\n\r\n";
  private static final int PER_ADDRESS = 250;
  private static final int PORT = freePort();

  private HttpAttacks() { }

  static List<Attack> all() {
    return List.of(
        Attack.of("http-idle", "many idle HTTP connections", HttpAttacks::idle),
        Attack.of("http-slow", "200 HTTP heads, a byte at a time", HttpAttacks::slowHeads),
        Attack.of("http-head", "20 HTTP heads without end", b -> endless(b, 20, HEAD + "X: ", "a".repeat(1 << 16), " 431 ")),
        Attack.of("http-headers", "20 HTTP heads of many small headers", b -> endless(b, 20, HEAD, "a:\r\n".repeat(1 << 12), " 431 ")),
        Attack.of("http-body", "4 HTTP bodies with a record without end", HttpAttacks::endlessBody),
        Attack.of("http-unread", "20 HTTP clients that do not read, thousands of records each", HttpAttacks::unread));
  }

  private static int freePort() {
    try (ServerSocket s = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return s.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void listen(HostileBroker broker, int headerMs) throws Exception {
    broker.createTopic(TOPIC, 1, Map.of());
    broker.shell("config:set broker 1 margay.http.listeners=HTTP://127.0.0.1:" + PORT + " margay.http.header.timeout.ms=" + headerMs).ok();
    for (int i = 0; ; i++) {
      try (Wire wire = new Wire(PORT)) {
        return;
      } catch (IOException e) {
        if (i == 5_000) {
          throw e;
        }
        LockSupport.parkNanos(2_000_000);
      }
    }
  }

  private static void send(Wire wire, String text) throws IOException {
    wire.send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** @return what comes until the server closes the connection */
  private static String readAll(Wire wire) {
    StringBuilder all = new StringBuilder();
    try {
      byte[] buffer = new byte[1 << 12];
      for (int n = wire.socket().getInputStream().read(buffer); n >= 0; n = wire.socket().getInputStream().read(buffer)) {
        all.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("neither answered nor closed", e);
    } catch (IOException e) {
      all.append(" reset");
    }
    return all.toString();
  }

  private static void stillServes() throws IOException {
    try (Wire wire = new Wire(PORT)) {
      send(wire, HEAD + "Connection: close\r\nContent-Length: 2\r\n\r\n{}");
      String answer = readAll(wire);
      if (!answer.startsWith("HTTP/1.1 200 ")) {
        throw new AssertionError("a good client gets " + answer);
      }
    }
  }

  /** Does it on several connections at once. */
  private static List<String> each(int connections, Callable<String> visit) throws Exception {
    List<FutureTask<String>> visits = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      FutureTask<String> task = new FutureTask<>(visit);
      visits.add(task);
      Thread t = new Thread(task, "http attack");
      t.setDaemon(true);
      t.start();
    }
    List<String> answers = new ArrayList<>();
    for (FutureTask<String> task : visits) {
      answers.add(task.get());
    }
    return answers;
  }

  private static String idle(HostileBroker broker) throws Exception {
    listen(broker, 10_000);
    int count = size(500, 3_000);
    List<Wire> wires = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      wires.add(new Wire(PORT));
    }
    // Those that are closed after 10 s leave their places to others.
    long rounds = 1 + (System.nanoTime() - start) / 10_000_000_000L;
    long refused = wires.stream().map(HttpAttacks::readAll).filter(a -> a.startsWith("HTTP/1.1 503 ")).count();
    wires.forEach(Wire::close);
    if (refused < count - rounds * (PER_ADDRESS + 1)) {
      throw new AssertionError(refused + " of " + count + " refused");
    }
    stillServes();
    return "all beyond 250 at a time refused, the others closed after 10 s";
  }

  private static String slowHeads(HostileBroker broker) throws Exception {
    listen(broker, 2_000);
    List<Wire> wires = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      wires.add(new Wire(PORT));
    }
    int open = wires.size();
    long deadline = System.nanoTime() + 20_000_000_000L;
    for (int at = 0; open > 0 && System.nanoTime() < deadline; at++) {
      open = 0;
      // The last header does not end.
      String more = at < HEAD.length() ? HEAD.substring(at, at + 1) : "a";
      for (Wire wire : wires) {
        try {
          send(wire, more);
          open += wire.closedWithin(1) ? 0 : 1;
        } catch (IOException e) {
          // Closed, as it should be.
          continue;
        }
      }
    }
    wires.forEach(Wire::close);
    if (open > 0) {
      throw new AssertionError(open + " are open still");
    }
    stillServes();
    return "all closed";
  }

  /** Sends on until the server ends it. */
  private static String endless(HostileBroker broker, int connections, String begin, String more, String status) throws Exception {
    listen(broker, 2_000);
    List<String> answers = each(connections, () -> {
      try (Wire wire = new Wire(PORT)) {
        try {
          send(wire, begin);
          for (int i = 0; i < 10_000; i++) {
            send(wire, more);
          }
          throw new AssertionError("no end of it");
        } catch (IOException e) {
          return "reset " + readAll(wire);
        }
      }
    });
    if (answers.stream().anyMatch(a -> a.contains("200 OK"))) {
      throw new AssertionError(answers.toString());
    }
    stillServes();
    return answers.stream().filter(a -> a.contains(status)).count() + " of " + connections + " saw" + status + "before the end";
  }

  private static String endlessBody(HostileBroker broker) throws Exception {
    String piece = "x".repeat(1 << 16);
    return endless(broker, 4, CHUNKED + chunk("{\"value\":{\"type\":\"STRING\",\"data\":\""), chunk(piece), " 413 ");
  }

  private static String chunk(String text) {
    return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
  }

  private static String unread(HostileBroker broker) throws Exception {
    listen(broker, 2_000);
    String records = chunk("{}".repeat(500)).repeat(size(8, 200));
    List<Wire> wires = new ArrayList<>();
    each(20, () -> {
      Wire wire = new Wire(PORT);
      synchronized (wires) {
        wires.add(wire);
      }
      wire.socket().setReceiveBufferSize(1 << 12);
      send(wire, CHUNKED + records);
      return "";
    });
    stillServes();
    wires.forEach(Wire::close);
    stillServes();
    return "others are served";
  }
}
