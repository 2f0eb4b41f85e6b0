package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no Kafka request: the connection closes, the log has one line about it, and others are served all the while. */
class BadInputIT {
  private static Broker broker;

  @BeforeAll
  static void start() {
    broker = Broker.prepare().with("MARGAY_HEAP_OPTS", "-Xmx256m").start();
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  /** A full heap ends the process: so each test ends with the one that was started. */
  @AfterEach
  void theProcessIsTheSame() {
    assertThat(broker.isAliveAfter(100)).as(broker.output()).isTrue();
    assertThat(broker.log()).doesNotContain(" ERROR ").doesNotContain("OutOfMemory").doesNotContain("OutOfDirectMemory");
  }

  private static Socket connect() throws IOException {
    Socket s = new Socket("127.0.0.1", broker.port());
    s.setSoTimeout(20_000);
    return s;
  }

  /** Sends bytes and waits for the broker to close. */
  private static void sendAndExpectClose(byte[] bytes) throws IOException {
    try (Socket s = connect()) {
      s.getOutputStream().write(bytes);
      try {
        while (s.getInputStream().read() >= 0) {
          // an answer to the part that was a request
        }
      } catch (java.net.SocketException e) {
        assertThat(e).hasMessageContaining("reset");
      }
    }
  }

  private static void assertServes() throws Exception {
    String topic = "after-" + System.nanoTime();
    RoundTripTopic.fill(broker.bootstrap(), topic, 10);
    assertThat(RoundTripTopic.count(broker.bootstrap(), topic)).isEqualTo(10);
  }

  @Test
  void httpAndTlsAreNamedInTheLog() throws Exception {
    sendAndExpectClose("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    sendAndExpectClose(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3});
    assertThat(broker.log()).contains("HTTP").contains("TLS");
    assertServes();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MIN_VALUE, 0, 3, Integer.MAX_VALUE})
  void sizesThatCannotBe(int size) throws Exception {
    sendAndExpectClose(ByteBuffer.allocate(16).putInt(size).array());
  }

  @Test
  void garbageOfAllKinds() throws Exception {
    Random random = new Random(42);
    for (int i = 0; i < 200; i++) {
      byte[] junk = new byte[14 + random.nextInt(200)];
      random.nextBytes(junk);
      ByteBuffer b = ByteBuffer.wrap(junk);
      b.putInt(0, junk.length - 4);
      if (i % 2 == 0) {
        b.putShort(4, (short) random.nextInt(95));
        b.putShort(6, (short) random.nextInt(14));
        b.putShort(12, (short) 0);
      }
      try (Socket s = connect()) {
        s.getOutputStream().write(junk);
        s.shutdownOutput();
        try {
          s.getInputStream().readAllBytes();
        } catch (java.net.SocketException e) {
          assertThat(e).hasMessageContaining("reset");
        }
      }
    }
    assertServes();
  }

  @Test
  void aTruncatedFrameIsForgottenWithItsConnection() throws Exception {
    for (int i = 0; i < 50; i++) {
      try (Socket s = connect()) {
        s.getOutputStream().write(ByteBuffer.allocate(100).putInt(1000).array());
      }
    }
    assertServes();
  }

  @Test
  void connectionsThatAnnounceHugeFramesDoNotHurtOthers() throws Exception {
    List<Socket> huge = new ArrayList<>();
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    try {
      for (int i = 0; i < 12; i++) {
        Socket s = connect();
        huge.add(s);
        s.getOutputStream().write(ByteBuffer.allocate(16).putInt(100 << 20).array());
      }
      assertServes();
      List<Thread> senders = new ArrayList<>();
      for (Socket s : huge) {
        Thread t = new Thread(() -> pour(s), "pour");
        t.setUncaughtExceptionHandler((thread, e) -> failures.add(e));
        t.start();
        senders.add(t);
      }
      for (int i = 0; i < 5; i++) {
        assertServes();
      }
      for (Socket s : huge) {
        s.close();
      }
      for (Thread t : senders) {
        t.join();
      }
      assertThat(failures).isEmpty();
      assertServes();
    } finally {
      for (Socket s : huge) {
        s.close();
      }
    }
  }

  private static void pour(Socket s) {
    byte[] chunk = new byte[1 << 16];
    try {
      OutputStream out = s.getOutputStream();
      for (int i = 0; i < 1500; i++) {
        out.write(chunk);
      }
    } catch (IOException e) {
      // The broker closed it, or the test did: either is fine, as long as others are served.
      assertThat(e.getMessage()).containsAnyOf("reset", "Broken pipe", "closed");
    }
  }
}
