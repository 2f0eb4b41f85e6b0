package io.margay.http.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The listener with real sockets. */
@Timeout(60)
class HttpServerTest {
  private static final int TIMEOUT_MS = 30_000;

  private final TestService test = new TestService(true);
  private final HttpServer server = new HttpServer(test.service, test.limits, test.lines, null);
  private int port;

  @BeforeEach
  void open() throws IOException {
    try (ServerSocket s = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = s.getLocalPort();
    }
    server.open(List.of(new HttpListener("127.0.0.1", port)));
  }

  @AfterEach
  void noThreadIsLeft() throws InterruptedException {
    server.close();
    for (Thread t : Thread.getAllStackTraces().keySet()) {
      if (t.getName().startsWith("margay-http")) {
        // it says that it has ended a moment before it does
        t.join(TIMEOUT_MS);
        assertThat(t.isAlive()).isFalse();
      }
    }
  }

  private Socket connect() throws IOException {
    Socket s = new Socket(InetAddress.getLoopbackAddress(), port);
    s.setSoTimeout(TIMEOUT_MS);
    return s;
  }

  private static void send(Socket s, String text) throws IOException {
    s.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Reads until the text, or the end. */
  private static String read(Socket s, String until) throws IOException {
    InputStream in = s.getInputStream();
    StringBuilder all = new StringBuilder();
    for (int b = in.read(); b >= 0; b = in.read()) {
      all.append((char) b);
      if (all.toString().endsWith(until)) {
        break;
      }
    }
    return all.toString();
  }

  @Test
  void recordsAreTaken() throws IOException {
    try (Socket s = connect()) {
      for (int i = 0; i < 3; i++) {
        send(s, TestService.post(TestService.record("v" + i)));
        assertThat(read(s, "\r\n0\r\n\r\n")).startsWith("HTTP/1.1 200").contains("\"offset\":" + i);
      }
    }
    assertThat(test.values).containsExactly("v0", "v1", "v2");
  }

  @Test
  void oneConnectionTooManyIsToldAndClosed() throws IOException {
    test.settings.set(HttpSettings.MARGAY_HTTP_MAX_CONNECTIONS, "1");
    try (Socket first = connect()) {
      send(first, TestService.post(TestService.record("v")));
      read(first, "\r\n0\r\n\r\n");
      try (Socket second = connect()) {
        assertThat(read(second, "never")).startsWith("HTTP/1.1 503").contains("too many open connections");
      }
      send(first, TestService.post(TestService.record("v")));
      assertThat(read(first, "\r\n0\r\n\r\n")).startsWith("HTTP/1.1 200");
    }
  }

  /** A socket that is closed with unread bytes is reset, and a client that is sending may never see why. */
  @Test
  void aRefusalReachesAClientThatIsStillSending() throws IOException {
    try (Socket s = connect()) {
      send(s, "POST /topics/none/records HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000000\r\n\r\n");
      send(s, "x".repeat(4_000_000));
      assertThat(read(s, "never")).startsWith("HTTP/1.1 404").endsWith("}\n");
    }
  }

  @Test
  void aClientThatClosesItsSideGetsTheResponse() throws IOException {
    try (Socket s = connect()) {
      send(s, TestService.post(TestService.record("v")));
      s.shutdownOutput();
      assertThat(read(s, "never")).startsWith("HTTP/1.1 200").contains("\"offset\":0");
    }
  }

  @Test
  void manyPiecesAndManyConnections() throws IOException {
    String body = TestService.record("v".repeat(500)).repeat(400);
    for (int i = 0; i < 4; i++) {
      try (Socket s = connect()) {
        send(s, TestService.post(body));
        String response = read(s, "\r\n0\r\n\r\n");
        assertThat(response.lines().filter(l -> l.contains("\"error_code\":200"))).hasSize(400);
      }
    }
  }

  @Test
  void idleConnectionsAreClosedWithTheServer() throws IOException {
    try (Socket s = connect()) {
      send(s, TestService.post(TestService.record("v")));
      read(s, "\r\n0\r\n\r\n");
      test.service.close();
      server.close();
      assertThat(s.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void aRequestInFlightIsAnsweredBeforeItsConnectionIsClosed() throws Exception {
    TestService late = new TestService(false);
    HttpServer leaving = new HttpServer(late.service, late.limits, late.lines, null);
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    leaving.open(List.of(new HttpListener("127.0.0.1", port)));
    try (Socket s = connect()) {
      send(s, TestService.post(TestService.record("v")));
      while (late.sent.isEmpty()) {
        Thread.onSpinWait();
      }
      Thread closing = new Thread(() -> {
        late.service.close();
        leaving.close();
      });
      closing.start();
      while (!late.service.closed()) {
        Thread.onSpinWait();
      }
      late.answer(0);
      assertThat(read(s, "never").toLowerCase(Locale.ROOT)).startsWith("http/1.1 200").contains("connection: close")
          .contains("\"error_code\":200").endsWith("\r\n0\r\n\r\n");
      closing.join();
    }
  }

  @Test
  void aRequestThatComesWhenTheServerStopsIsTold() throws Exception {
    try (Socket s = connect()) {
      send(s, "POST /topics/t/records HTTP/1.1\r\n");
      test.service.close();
      send(s, "Host: x\r\n\r\n");
      assertThat(read(s, "never")).startsWith("HTTP/1.1 503").contains("stopping");
    }
  }

  @Test
  void anAddressThatIsTakenIsNamed() {
    HttpServer other = new HttpServer(test.service, test.limits, test.lines, null);
    assertThatThrownBy(() -> other.open(List.of(new HttpListener("127.0.0.1", port)))).isInstanceOf(IOException.class)
        .hasMessageContaining("cannot listen on 127.0.0.1:" + port);
    other.close();
  }
}
