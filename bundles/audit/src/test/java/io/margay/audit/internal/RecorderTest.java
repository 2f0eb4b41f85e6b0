package io.margay.audit.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.margay.spi.audit.AuditEvent;
import io.margay.spi.audit.AuditEvent.Actor;
import io.margay.spi.audit.AuditEvent.Kind;
import io.margay.spi.audit.AuditEvent.Resource;
import io.margay.spi.audit.AuditQueue;
import io.margay.spi.audit.AuditSink;
import io.margay.spi.time.ManualTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RecorderTest {
  /** Keeps what it gets, or refuses it. */
  private static final class Sink implements AuditSink {
    private final List<AuditEvent> got = new ArrayList<>();
    private final List<Long> numbers = new ArrayList<>();
    private boolean refuses;
    private CompletionStage<Void> answer = CompletableFuture.completedFuture(null);
    private Runnable onWrite = () -> { };

    @Override
    public CompletionStage<Void> write(List<Line> lines) {
      onWrite.run();
      if (refuses) {
        return CompletableFuture.failedFuture(new IOException("no"));
      }
      for (Line line : lines) {
        got.add(line.event());
        numbers.add(Long.parseLong(new String(line.json(), StandardCharsets.UTF_8).replaceAll(".*\"seq\":(\\d+),.*", "$1")));
      }
      return answer;
    }

    private List<String> names() {
      return got.stream().map(e -> e.resource().name()).toList();
    }
  }

  private final ManualTime time = new ManualTime();
  private final AuditQueue server = new AuditQueue("server", time, () -> 1 << 20, () -> 10_000);
  private final AuditQueue shell = new AuditQueue("shell", time, () -> 1 << 20, () -> 10_000);
  private final Sink sink = new Sink();

  private Recorder recorder(int perSecond, long sinkBytes) {
    // the test is the thread
    return new Recorder(7, time, () -> perSecond, () -> sinkBytes, work -> new Thread(() -> { }));
  }

  private AuditEvent event(String who, String name) {
    return AuditEvent.of(time.millis(), Kind.CHANGE, "CreateTopics", new Actor(who, "", "", ""), new Resource("topic", name), AuditEvent.OK, 1, Map.of());
  }

  @Test
  void eventsOfSeveralSourcesComeInTheOrderOfTheirTime() {
    Recorder recorder = recorder(500, 1 << 20);
    recorder.addSink("s", sink);
    recorder.add(server);
    recorder.add(shell);
    shell.add(event("a", "1"));
    time.advance(1);
    server.add(event("a", "2"));
    server.add(event("a", "3"));
    time.advance(1);
    shell.add(event("a", "4"));
    recorder.step();
    assertThat(sink.names()).containsExactly("1", "2", "3", "4");
    assertThat(recorder.step()).isEqualTo(-1);
  }

  @Test
  void noMoreThanTheRateIsRecordedPerSecond() {
    Recorder recorder = recorder(10, 1 << 20);
    recorder.addSink("s", sink);
    recorder.add(server);
    for (int i = 0; i < 100; i++) {
      server.add(event("a", "t" + i));
    }
    for (int i = 0; i < 20; i++) {
      assertThat(recorder.step()).isPositive();
    }
    assertThat(sink.got).hasSize(10);
    time.advance(1000);
    recorder.step();
    assertThat(sink.got).hasSize(20);
  }

  @Test
  void whatASinkRefusesComesAgainAndWhatDoesNotFitIsCounted() {
    Recorder recorder = recorder(100_000, 10_000);
    Sink other = new Sink();
    recorder.addSink("s", sink);
    recorder.addSink("o", other);
    recorder.add(server);
    sink.refuses = true;
    for (int i = 0; i < 200; i++) {
      server.add(event("a", "t" + i));
      recorder.step();
    }
    assertThat(other.got).as("another sink goes on").hasSize(200);
    sink.refuses = false;
    time.advance(1000);
    recorder.step();
    server.add(event("a", "after"));
    recorder.step();
    int gap = sink.got.size() - 2;
    assertThat(sink.got.get(gap).kind()).isEqualTo(Kind.LOST);
    assertThat(sink.got.get(gap).count() + gap).isEqualTo(200);
    assertThat(sink.got.get(gap).details()).containsEntry("source", "sink s").containsEntry("lastSeq", "200");
    assertThat(sink.got.get(0).resource().name()).isEqualTo("t0");
    assertThat(sink.numbers).as("a reader sees which are missing").isEqualTo(
        LongStream.rangeClosed(1, 201).filter(n -> n <= gap + 1 || n == 201).boxed().toList());
    assertThat(other.numbers).as("and that this one has all").isEqualTo(LongStream.rangeClosed(1, 201).boxed().toList());
  }

  @Test
  void whatIsLostWhileASinkRefusesIsOneGap() {
    Recorder recorder = recorder(100_000, 1_000);
    recorder.addSink("s", sink);
    recorder.add(server);
    for (int round = 0; round < 10; round++) {
      CompletableFuture<Void> slow = new CompletableFuture<>();
      sink.answer = slow;
      addMany(recorder);
      addMany(recorder); // while a write is in flight
      slow.completeExceptionally(new IOException("no"));
      time.advance(1000);
    }
    sink.answer = CompletableFuture.completedFuture(null);
    sink.got.clear();
    sink.numbers.clear();
    recorder.step();
    int gap = sink.got.size() - 1;
    assertThat(sink.got.get(gap).kind()).isEqualTo(Kind.LOST);
    assertThat(sink.got.get(gap).details()).containsEntry("lastSeq", "400");
    assertThat(sink.numbers).isEqualTo(LongStream.rangeClosed(1, gap + 1).boxed().toList());
    assertThat(sink.got.stream().mapToLong(AuditEvent::count).sum()).isEqualTo(400);
  }

  private void addMany(Recorder recorder) {
    for (int i = 0; i < 20; i++) {
      server.add(event("a", "t"));
    }
    recorder.step();
  }

  @Test
  void aSinkThatLeavesGetsWhatItIsOwedAndNothingAfterwards() {
    Recorder recorder = recorder(500, 1 << 20);
    Sink leaving = new Sink();
    recorder.addSink("s", sink);
    recorder.addSink("leaving", leaving);
    recorder.add(server);
    server.add(event("a", "1"));
    sink.onWrite = () -> {
      recorder.removeSink(leaving); // while a step is under way
      leaving.onWrite = () -> {
        throw new AssertionError("its bundle has stopped");
      };
    };
    recorder.step();
    assertThat(leaving.names()).containsExactly("1");
    server.add(event("a", "2"));
    recorder.step();
    assertThat(leaving.names()).containsExactly("1");
    assertThat(sink.names()).containsExactly("1", "2");
  }

  /** Takes the sink out on a thread of its own, which waits. */
  private Thread leave(Recorder recorder) {
    Thread leave = new Thread(() -> recorder.removeSink(sink));
    leave.start();
    while (leave.isAlive() && leave.getState() != Thread.State.TIMED_WAITING && leave.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    return leave;
  }

  @Test
  void theLeaveOfASinkWaitsForItsWrite() throws Exception {
    Recorder recorder = recorder(500, 1 << 20);
    CompletableFuture<Void> slow = new CompletableFuture<>();
    sink.answer = slow;
    recorder.addSink("s", sink);
    recorder.add(server);
    server.add(event("a", "1"));
    recorder.step();
    server.add(event("a", "2"));
    recorder.step();
    assertThat(sink.names()).containsExactly("1");
    Thread leave = leave(recorder);
    Thread again = leave(recorder);
    assertThat(leave.isAlive() && again.isAlive()).as("both wait, since nobody may call it when one of them returns").isTrue();
    sink.answer = CompletableFuture.completedFuture(null);
    slow.complete(null);
    again.join();
    assertThat(sink.names()).containsExactly("1", "2");
    leave.join();
  }

  @Test
  void othersComeAndGoWhileASinkWritesItsLast() throws Exception {
    Recorder recorder = recorder(500, 1 << 20);
    CompletableFuture<Void> slow = new CompletableFuture<>();
    sink.answer = slow;
    recorder.addSink("s", sink);
    recorder.add(server);
    server.add(event("a", "1"));
    recorder.step();
    server.add(event("a", "2"));
    recorder.step();
    Thread leave = leave(recorder);
    Sink other = new Sink();
    recorder.addSink("o", other);
    server.add(event("a", "3"));
    recorder.step();
    recorder.removeSink(other);
    assertThat(other.names()).containsExactly("3");
    recorder.addSink("s", sink);
    server.add(event("a", "4"));
    recorder.step();
    assertThat(sink.names()).as("not while it leaves").containsExactly("1");
    sink.answer = CompletableFuture.completedFuture(null);
    slow.complete(null);
    leave.join();
    recorder.step();
    assertThat(sink.names()).containsExactly("1", "2", "4");
  }

  @Test
  void aSinkThatComesBackIsNotAskedWhileItStillWrites() {
    Recorder recorder = recorder(500, 1 << 20);
    CompletableFuture<Void> slow = new CompletableFuture<>();
    sink.answer = slow;
    recorder.addSink("s", sink);
    recorder.add(server);
    server.add(event("a", "1"));
    recorder.step();
    Thread.currentThread().interrupt(); // has no time to wait
    recorder.removeSink(sink);
    assertThat(Thread.interrupted()).isTrue();
    recorder.addSink("s", sink);
    server.add(event("a", "2"));
    recorder.step();
    assertThat(sink.names()).containsExactly("1");
    slow.complete(null);
    recorder.step();
    assertThat(sink.names()).containsExactly("1", "2");
  }

  @Test
  void aSinkWithoutAnAnswerHasRefused() {
    Recorder recorder = recorder(500, 1 << 20);
    sink.answer = null;
    recorder.addSink("s", sink);
    recorder.add(server);
    server.add(event("a", "1"));
    recorder.step();
    sink.answer = CompletableFuture.completedFuture(null);
    time.advance(1000);
    recorder.step();
    assertThat(sink.names()).containsExactly("1", "1");
  }

  @Test
  void eventsOfTheTimeWithoutARecorderAreKept() {
    Recorder before = recorder(500, 1 << 20);
    before.addSink("s", sink);
    before.add(server);
    server.add(event("a", "1"));
    before.step();
    before.close();
    server.add(event("a", "2"));
    server.add(event("a", "3"));
    assertThat(before.step()).as("one that was on its way").isEqualTo(-1);
    Recorder after = recorder(500, 1 << 20);
    after.addSink("s", sink);
    after.add(server);
    after.step();
    assertThat(sink.names()).containsExactly("1", "2", "3");
  }

  @Test
  void aSourceThatLeavesIsEmptied() {
    Recorder recorder = recorder(1, 1 << 20);
    recorder.addSink("s", sink);
    recorder.add(server);
    for (int i = 0; i < 20; i++) {
      server.add(event("a", "t" + i));
    }
    recorder.remove(server);
    recorder.step();
    assertThat(sink.got).hasSize(20);
  }

  @Test
  void aSourceThatLeavesHandsOverWhatItHasCounted() {
    Recorder recorder = recorder(500, 1 << 20);
    recorder.addSink("s", sink);
    recorder.add(server);
    for (int i = 0; i < 20; i++) {
      server.addRepeated(event("a", "t"));
    }
    recorder.step();
    recorder.remove(server);
    recorder.step();
    assertThat(sink.got).extracting(AuditEvent::count).containsExactly(1L, 19L);
  }

  @Test
  void sourcesAreDrainedInTurnWhenTheRateIsUsedUp() {
    Recorder recorder = recorder(10, 1 << 20);
    recorder.addSink("s", sink);
    recorder.add(server);
    recorder.add(shell);
    for (int i = 0; i < 1000; i++) {
      server.add(event("flood", "f" + i));
    }
    shell.add(event("a", "quiet"));
    recorder.step();
    time.advance(1000);
    recorder.step();
    assertThat(sink.names()).contains("quiet").hasSize(20);
    for (int i = 0; i < 300; i++) { // each time for one event, so that it is not always the same source's
      shell.add(event("a", "q" + i));
      time.advance(100);
      recorder.step();
    }
    assertThat(sink.names().stream().filter(n -> n.startsWith("q")).count()).isGreaterThan(100);
    assertThat(sink.names().stream().filter(n -> n.startsWith("f")).count()).isGreaterThan(100);
  }

  @Test
  void anEventIsOneLineOfJson() throws IOException {
    AuditEvent event = AuditEvent.of(1_000, Kind.DENIED, "Fetch", new Actor("User:\"a\n\u001b\u009b\ud800", "10.0.0.1", "c", "SECURE"),
        new Resource("topic", "orders"), "TOPIC_AUTHORIZATION_FAILED", 3, Map.of("operation", "read"));
    String line = new String(AuditJson.line(event, 7, 42), StandardCharsets.UTF_8);
    assertThat(line).doesNotContain("\n").isEqualTo("{\"time\":\"1970-01-01T00:00:01Z\",\"node\":7,\"seq\":42,\"kind\":\"denied\",\"action\":\"Fetch\","
        + "\"principal\":\"User:\\\"a\\u000a\\u001b\\u009b\\ud800\",\"host\":\"10.0.0.1\",\"clientId\":\"c\",\"listener\":\"SECURE\",\"type\":\"topic\","
        + "\"name\":\"orders\",\"outcome\":\"TOPIC_AUTHORIZATION_FAILED\",\"count\":3,\"details\":{\"operation\":\"read\"}}");
    try (JsonParser parser = new JsonFactory().createParser(line)) {
      while (parser.nextToken() != null) {
        continue;
      }
    }
  }

  @Test
  void deploymentsAreRecordedOnce() {
    BundleChanges changes = new BundleChanges(server, "ops", -1);
    Map<String, Object> first = Map.of("id", 1L, "when", "w", "who", "ops", "bundles",
        List.of(Map.of("name", "b", "from", "1", "to", "2", "kept", "k")), "outcome", "deployed", "why", "");
    Map<String, Object> second = Map.of("id", 2L, "when", "w", "who", "ops", "bundles", List.of(), "outcome", "rolled back", "why", "errors");
    changes.look(() -> List.of(first));
    changes.look(() -> List.of(first, second));
    changes.look(() -> List.of(first, second));
    List<AuditEvent> all = new ArrayList<>();
    server.drain(10, all::add);
    assertThat(all).singleElement().satisfies(e -> {
      assertThat(e.outcome()).isEqualTo("rolled back");
      assertThat(e.details()).containsEntry("why", "errors");
    });
    assertThat(changes.lastId()).isEqualTo(2);
  }
}
