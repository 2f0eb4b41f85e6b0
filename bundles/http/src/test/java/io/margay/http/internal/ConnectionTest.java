package io.margay.http.internal;

import static io.margay.http.internal.TestService.chunk;
import static io.margay.http.internal.TestService.chunkedHead;
import static io.margay.http.internal.TestService.post;
import static io.margay.http.internal.TestService.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** HTTP/1.1 as clients send it, and as they should not. */
@Timeout(30)
class ConnectionTest {
  private final TestService test = new TestService(false);
  private final TestChannel channel = new TestChannel(test);

  @AfterEach
  void nothingIsLeft() {
    channel.finishAndReleaseAll();
    channel.checkException();
    assertThat(test.producing.open()).isEmpty();
  }

  @Test
  void theConnectionIsKeptAfterAResponse() {
    for (int i = 0; i < 3; i++) {
      channel.receive(post(record("v" + i)));
      assertThat(channel.response()).isEmpty();
      test.answer(i);
      assertThat(channel.response()).startsWith("HTTP/1.1 200 OK\r\n").containsIgnoringCase("transfer-encoding: chunked")
          .containsIgnoringCase("date: ").doesNotContainIgnoringCase("connection: close").doesNotContainIgnoringCase("server:")
          .contains("\"offset\":" + i).endsWith("\r\n0\r\n\r\n");
    }
    assertThat(test.values).containsExactly("v0", "v1", "v2");
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void aClientThatAsksForItGetsAnEnd() {
    channel.receive(post(record("v")).replace("Host: x", "Host: x\r\nConnection: close"));
    test.answer(0);
    assertThat(channel.response()).containsIgnoringCase("connection: close");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void anOldClientGetsNoChunks() {
    channel.receive(post(record("v")).replace("HTTP/1.1", "HTTP/1.0"));
    test.answer(0);
    assertThat(channel.response()).startsWith("HTTP/1.1 200 OK\r\n").doesNotContainIgnoringCase("chunked").endsWith("}\n");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void requestsThatAreSentAheadWaitForTheirTurn() {
    channel.receive(IntStream.range(0, 20).mapToObj(i -> post(record("v" + i))).collect(Collectors.joining()));
    int reads = channel.reads;
    for (int i = 0; i < 20; i++) {
      assertThat(test.producing.open()).hasSize(1);
      assertThat(test.values).hasSize(i + 1);
      test.answer(i);
      assertThat(channel.response()).contains("\"offset\":" + i);
    }
    assertThat(channel.reads).isEqualTo(reads + 1);
  }

  @Test
  void resultsAreSentWhileTheBodyIsOnItsWay() {
    channel.receive(chunkedHead()).receive(chunk(record("a")));
    test.answer(0);
    assertThat(channel.response()).contains("\"offset\":0").doesNotEndWith("\r\n0\r\n\r\n");
    channel.receive(chunk(record("b") + record("c")));
    test.answer(1);
    assertThat(channel.response()).contains("\"offset\":1");
    test.answer(2);
    channel.receive("0\r\n\r\n");
    assertThat(channel.response()).contains("\"offset\":2").endsWith("\r\n0\r\n\r\n");
  }

  @Test
  void bytesMayComeOneByOne() {
    for (char c : (chunkedHead() + chunk(record("a")) + "0\r\n\r\n" + post(record("b"))).toCharArray()) {
      channel.receive(String.valueOf(c));
      if (!test.sent.isEmpty()) {
        test.answer(test.sent.size() - 1);
      }
    }
    assertThat(test.values).containsExactly("a", "b");
    assertThat(channel.response()).contains("\"offset\":0", "\"offset\":1");
  }

  @Test
  void theBodyIsAskedForWhenTheHeadIsGood() {
    String head = chunkedHead("Expect: 100-continue\r\n");
    channel.receive(head);
    assertThat(channel.response()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
    channel.receive(chunk(record("a")) + "0\r\n\r\n");
    test.answer(0);
    assertThat(channel.response()).startsWith("HTTP/1.1 200 OK\r\n");
    channel.receive(head.replace("/t/", "/none/"));
    assertThat(channel.response()).startsWith("HTTP/1.1 404 Not Found\r\n").containsIgnoringCase("connection: close");
    assertThat(channel.isOpen()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "GET /topics/t/records HTTP/1.1~Host: x | 405", "PUT /topics/t/records HTTP/1.1~Host: x | 405",
      "POST /topics/t/records HTTP/1.1 | 400", "POST /topics/t/records HTTP/1.1~Host: x~Host: x | 400",
      "POST /topics/t/records HTTP/2.0~Host: x | 505", "PRI * HTTP/2.0 | 505",
      "POST /topics/t/records~Host: x | 400", "\u0016\u0003\u0001x | 400",
      "POST /topics/t/records HTTP/1.1~Host: x~Content-Length: 1~Transfer-Encoding: chunked | 400",
      "POST /topics/t/records HTTP/1.1~Host: x~Content-Length: 1~Content-Length: 2 | 400",
      "POST /topics/t/records HTTP/1.1~Host: x~Content-Length: -1 | 400",
      "POST /topics/t/records HTTP/1.1~Host: x~Content-Length: 1x | 400",
      "POST /topics/t/records HTTP/1.1~Host: x~A : b | 400",
      "POST /topics/t/records HTTP/1.1~Host: x~Transfer-Encoding: gzip, chunked | 415",
      "POST /topics/t/records HTTP/1.0~Transfer-Encoding: chunked | 400",
      "POST /topics/t/records HTTP/1.1~Host: x~Expect: more | 417",
      "POST /topics/t/records HTTP/1.1~Host: x~Origin: http://e | 403", "POST /topics/__own/records HTTP/1.1~Host: x | 403",
      "POST /topics/t/records HTTP/1.1~Host: x | 415",
      "POST /topics/t/records HTTP/1.1~Host: x~Content-Type: application/json~Content-Encoding: gzip | 415",
      "POST /topics/t/records HTTP/1.1~Host: x~Content-Type: application/json~Content-Length: 999999999999 | 413"})
  void whatIsRefusedIsAnsweredAtOnce(String head, int status) {
    channel.receive(head.replace("~", "\r\n") + "\r\n\r\n");
    String response = channel.response();
    assertThat(response).startsWith("HTTP/1.1 " + status + " ").containsIgnoringCase("connection: close")
        .containsIgnoringCase("content-type: application/json").contains("\r\n\r\n{\"error_code\":" + status);
    assertThat(response.toLowerCase().contains("allow: post")).isEqualTo(status == 405);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void theResponseToHeadHasNoBody() {
    channel.receive("HEAD /topics/t/records HTTP/1.1\r\nHost: x\r\n\r\n");
    assertThat(channel.response()).startsWith("HTTP/1.1 405 ").containsIgnoringCase("content-length: ").endsWith("\r\n\r\n");
  }

  @ParameterizedTest
  @CsvSource({"POST /?AAA HTTP/1.1~,414", "POST / HTTP/1.1~X: AAA~,431"})
  void headsAreLimited(String head, int status) {
    test.settings.set(HttpSettings.MARGAY_HTTP_HEADER_MAX_BYTES, "1000");
    TestChannel limited = new TestChannel(test);
    String lines = head.replace("~", "\r\n");
    limited.receive(lines.replace("AAA", "a".repeat(800)) + "Host: x\r\n\r\n");
    assertThat(limited.response()).startsWith("HTTP/1.1 404");
    limited = new TestChannel(test);
    limited.receive(lines.replace("AAA", "a".repeat(2000)));
    assertThat(limited.response()).startsWith("HTTP/1.1 " + status);
    assertThat(limited.isOpen()).isFalse();
  }

  /** Each costs more memory than its bytes. */
  @Test
  void headersAreLimitedInNumber() {
    channel.receive("POST / HTTP/1.1\r\nHost: x\r\n" + "a:\r\n".repeat(127) + "\r\n");
    assertThat(channel.response()).startsWith("HTTP/1.1 404");
    TestChannel other = new TestChannel(test);
    other.receive("POST / HTTP/1.1\r\nHost: x\r\n" + "a:\r\n".repeat(128) + "\r\n");
    assertThat(other.response()).startsWith("HTTP/1.1 431");
  }

  @Test
  void aHeadThatComesSlowlyIsEnded() {
    test.settings.set(HttpSettings.MARGAY_HTTP_HEADER_TIMEOUT_MS, "5000");
    TestChannel slow = new TestChannel(test);
    for (int i = 0; i < 4; i++) {
      slow.receive("P");
      slow.passMs(1_000);
    }
    assertThat(slow.isOpen()).isTrue();
    slow.passMs(1_000);
    assertThat(slow.response()).startsWith("HTTP/1.1 408 ");
    assertThat(slow.isOpen()).isFalse();
  }

  @Test
  void aConnectionThatIsNeverUsedIsClosedSilently() {
    channel.passMs(9_000);
    assertThat(channel.isOpen()).isTrue();
    channel.passMs(1_000);
    assertThat(channel.response()).isEmpty();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void aConnectionMayBeIdleBetweenRequests() {
    channel.receive(post(record("v")));
    test.answer(0);
    channel.passMs(29_000);
    channel.receive(post(record("v")));
    // an exchange has a timer of its own
    channel.passMs(100_000);
    test.answer(1);
    assertThat(channel.response()).contains("\"offset\":1");
    channel.passMs(30_000);
    assertThat(channel.response()).isEmpty();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void theBodyIsReadOnlyAsFastAsRecordsAreWritten() {
    channel.receive(chunkedHead());
    for (int i = 0; i < 600; i += 10) {
      channel.receive(chunk(record("v").repeat(10)));
    }
    int reads = channel.reads;
    assertThat(test.sent).hasSize(500);
    channel.receive(chunk(record("v")));
    assertThat(channel.reads).isEqualTo(reads);
    IntStream.range(0, 500).forEach(test::answer);
    channel.runPendingTasks();
    assertThat(test.sent).hasSize(601);
    assertThat(channel.reads).isGreaterThan(reads);
  }

  @Test
  void nothingIsHeldForAClientThatDoesNotRead() {
    channel.clientReads(false);
    channel.receive(chunkedHead());
    int known = 0;
    for (int i = 0; i < 2_000; i++) {
      channel.receive(chunk(record("v")));
      known = answerFrom(known);
    }
    assertThat(channel.isWritable()).isFalse();
    assertThat(channel.unsafe().outboundBuffer().totalPendingWriteBytes()).isLessThan(TestChannel.HIGH_WATER_BYTES + 16 * 1024);
    assertThat(known).isLessThan(1_000);
    channel.clientReads(true);
    channel.receive("0\r\n\r\n");
    for (int i = 0; i < 2_000 && known < 2_000; i++) {
      known = answerFrom(known);
    }
    assertThat(channel.response().lines().filter(l -> l.contains("\"error_code\":200"))).hasSize(2_000);
  }

  private int answerFrom(int known) {
    int i = known;
    for (; i < test.sent.size(); i++) {
      test.answer(i);
    }
    channel.runPendingTasks();
    return i;
  }

  @Test
  void chunksThatAreMalformedEndTheBody() {
    channel.receive(chunkedHead() + chunk(record("a")) + "zz\r\n");
    test.answer(0);
    assertThat(channel.response()).startsWith("HTTP/1.1 200 ").containsIgnoringCase("connection: close").contains("\"offset\":0",
        "\"error_code\":400").endsWith("\r\n0\r\n\r\n");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void aBodyWithoutEndIsEnded() {
    test.settings.set(HttpSettings.MARGAY_HTTP_REQUEST_MAX_BYTES, "100000");
    channel.receive(chunkedHead());
    StringBuilder response = new StringBuilder();
    for (int i = 0; channel.isOpen(); i++) {
      channel.receive(chunk(record("v".repeat(1_000))));
      if (i < test.sent.size()) {
        test.answer(i);
      }
      response.append(channel.response());
    }
    assertThat(response).contains("\"error_code\":413").endsWith("\r\n0\r\n\r\n");
    assertThat(test.sent).hasSizeLessThan(100);
  }

  @Test
  void aClientThatEndsItsSideStillGetsTheResponse() {
    channel.receive(post(record("v")));
    channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    test.answer(0);
    assertThat(channel.response()).contains("\"offset\":0");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void aBodyThatEndsTooEarlyIsMalformed() {
    channel.receive(chunkedHead() + chunk(record("a")));
    channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    test.answer(0);
    assertThat(channel.response()).contains("\"offset\":0", "\"error_code\":400", "too early");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void nothingIsLeftOfAClientThatHasGone() {
    channel.receive(chunkedHead() + chunk(record("a")) + "5\r\nxx");
    channel.close();
    assertThat(test.producing.open()).isEmpty();
    test.answer(0);
  }

  @Test
  void requestsAreLimited() {
    test.settings.set(HttpSettings.MARGAY_HTTP_MAX_REQUESTS, "1");
    channel.receive(post(record("a")));
    TestChannel other = new TestChannel(test);
    other.receive(post(record("b")));
    assertThat(other.response()).startsWith("HTTP/1.1 503 ").containsIgnoringCase("retry-after: 1");
    test.answer(0);
    assertThat(channel.response()).contains("\"offset\":0");
  }

  @Test
  void theKeyIsInTheParametersOrTheHeader() {
    String head = "POST /topics/t/records?key=a+b%C3%A4&x=y HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n";
    channel.receive(head + "Content-Length: 3\r\n\r\nval");
    test.answer(0);
    channel.receive(head.replace("?key=a+b%C3%A4&x=y", "") + "Margay-Key: azI=\r\nContent-Length: 0\r\n\r\n");
    test.answer(1);
    assertThat(test.keys).containsExactly("a b\u00e4", "k2");
    assertThat(test.values).containsExactly("val", "");
  }
}
