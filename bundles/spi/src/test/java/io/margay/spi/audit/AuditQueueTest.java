package io.margay.spi.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.audit.AuditEvent.Actor;
import io.margay.spi.audit.AuditEvent.Kind;
import io.margay.spi.audit.AuditEvent.Resource;
import io.margay.spi.time.ManualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AuditQueueTest {
  private static final int BYTES = 64 * 1024;

  private final ManualTime time = new ManualTime();
  private final AuditQueue queue = new AuditQueue("test", time, () -> BYTES, () -> 10_000);

  private AuditEvent event(Kind kind, String principal, String name) {
    return AuditEvent.of(time.millis(), kind, "CreateTopics", new Actor(principal, "10.0.0.1", "", ""), new Resource("topic", name), AuditEvent.OK, 1,
        Map.of());
  }

  private List<AuditEvent> drain() {
    List<AuditEvent> all = new ArrayList<>();
    queue.drain(Integer.MAX_VALUE, all::add);
    return all;
  }

  @Test
  void eventsComeInTheirOrder() {
    for (String name : List.of("a", "b", "c")) {
      queue.add(event(Kind.CHANGE, "User:alice", name));
    }
    assertThat(drain()).extracting(e -> e.resource().name()).containsExactly("a", "b", "c");
    assertThat(queue.bytes()).isZero();
    assertThat(queue.dueInMs()).isEqualTo(AuditSource.NEVER);
  }

  @Test
  void aFloodOfOnePrincipalLeavesRoomForOthersAndIsCounted() {
    for (int i = 0; i < 10_000; i++) {
      queue.add(event(Kind.CHANGE, "User:mallory", "t" + i));
    }
    queue.add(event(Kind.CHANGE, "User:alice", "orders"));
    assertThat(queue.bytes()).isLessThanOrEqualTo(BYTES);
    List<AuditEvent> all = drain();
    assertThat(all).anyMatch(e -> e.actor().principal().equals("User:alice"));
    AuditEvent last = all.get(all.size() - 1);
    assertThat(last.kind()).isEqualTo(Kind.LOST);
    assertThat(last.details()).containsEntry("source", "test");
    assertThat(last.count() + all.size() - 2).isEqualTo(10_000);
  }

  @Test
  void repetitionsAreOneEventWithTheirNumber() {
    for (int i = 0; i < 100; i++) {
      queue.addRepeated(event(Kind.DENIED, "User:bob", "orders"));
    }
    assertThat(drain()).singleElement().extracting(AuditEvent::count).isEqualTo(1L);
    assertThat(queue.dueInMs()).isEqualTo(10_000);
    time.advance(10_000);
    assertThat(drain()).singleElement().extracting(AuditEvent::count).isEqualTo(99L);
    assertThat(queue.bytes()).isZero();
    queue.addRepeated(event(Kind.DENIED, "User:bob", "orders"));
    assertThat(drain()).hasSize(1);
  }

  @Test
  void aFloodOfDifferentDenialsIsBoundedAndNoneIsForgotten() {
    AuditQueue large = new AuditQueue("test", time, () -> 1 << 20, () -> 10_000);
    List<AuditEvent> all = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      large.addRepeated(event(Kind.DENIED, "User:bob", "t" + i));
    }
    assertThat(large.bytes()).isLessThanOrEqualTo(1 << 20);
    large.drain(Integer.MAX_VALUE, all::add);
    time.advance(10_000);
    large.drain(Integer.MAX_VALUE, all::add);
    assertThat(all).hasSize(AuditQueue.OWN_MAX + 1);
    assertThat(all.get(all.size() - 1).resource().name()).isEqualTo(AuditQueue.SEVERAL);
    assertThat(all.stream().mapToLong(AuditEvent::count).sum()).isEqualTo(100_000);
  }

  @Test
  void manyWhoAreDeniedAreBoundedTogether() {
    AuditQueue large = new AuditQueue("test", time, () -> 1 << 20, () -> 10_000);
    List<AuditEvent> all = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      large.addRepeated(event(Kind.DENIED, "User:" + i, "t"));
    }
    assertThat(large.bytes()).isLessThanOrEqualTo(1 << 20);
    large.drain(Integer.MAX_VALUE, all::add);
    time.advance(10_000);
    large.drain(Integer.MAX_VALUE, all::add);
    assertThat(all.stream().mapToLong(AuditEvent::count).sum()).isEqualTo(5_000);
    assertThat(all).hasSizeLessThan(2 * AuditQueue.REPEATED_MAX + 2);
  }

  /** Failed logins under long names that the client invents, with long texts. */
  private void failedLogins(AuditQueue queue, int from, int to, String host) {
    for (int i = from; i < to; i++) {
      queue.addRepeated(AuditEvent.of(time.millis(), Kind.LOGIN, "PLAIN", new Actor("User:" + i + "x".repeat(2_000), host, "c".repeat(2_000), "SECURE"),
          Resource.NONE, "failed", 1, Map.of("reason", "invalid credentials")));
    }
  }

  @Test
  void failedLoginsUnderInventedNamesLeaveRoomForChangesAndForDenialsOfOthers() {
    AuditQueue large = new AuditQueue("test", time, () -> 1 << 20, () -> 10_000);
    failedLogins(large, 0, 5_000, "10.0.0.66");
    assertThat(large.bytes()).as("of one address").isLessThanOrEqualTo((1 << 18) + 4_096);
    large.addRepeated(event(Kind.DENIED, "User:bob", "secret"));
    for (int i = 0; i < 500; i++) {
      failedLogins(large, i, i + 1, "10.0.1." + i);
    }
    assertThat(large.bytes()).as("of all that repeats").isLessThanOrEqualTo(1 << 19);
    for (int i = 0; i < 200; i++) {
      large.add(event(Kind.CHANGE, "User:alice", "t" + i));
    }
    List<AuditEvent> all = new ArrayList<>();
    large.drainAll(all::add);
    assertThat(all).filteredOn(e -> e.kind() == Kind.CHANGE).hasSize(200);
    assertThat(all).anyMatch(e -> e.actor().principal().equals("User:bob"));
    assertThat(all).filteredOn(e -> e.actor().host().equals("10.0.0.66")).hasSizeLessThanOrEqualTo(AuditQueue.OWN_MAX + 1)
        .anyMatch(e -> e.actor().principal().equals(AuditQueue.SEVERAL) && e.count() > 4_900);
    assertThat(all.stream().mapToLong(AuditEvent::count).sum()).isEqualTo(5_000 + 1 + 500 + 200);
    assertThat(large.bytes()).isZero();
  }

  @Test
  void aLastDrainTakesWhatIsCountedAndNotDueYet() {
    for (int i = 0; i < 100; i++) {
      queue.addRepeated(event(Kind.DENIED, "User:bob", "t" + i));
      queue.addRepeated(event(Kind.DENIED, "User:bob", "t" + i));
    }
    List<AuditEvent> all = new ArrayList<>();
    queue.drainAll(all::add);
    assertThat(all.stream().mapToLong(AuditEvent::count).sum()).isEqualTo(200);
    assertThat(queue.bytes()).isZero();
    assertThat(queue.dueInMs()).isEqualTo(AuditSource.NEVER);
  }

  @Test
  void itWakesTheDrainOncePerBatch() {
    AtomicInteger woken = new AtomicInteger();
    queue.onEvent(woken::incrementAndGet);
    queue.add(event(Kind.CHANGE, "User:alice", "a"));
    queue.add(event(Kind.CHANGE, "User:alice", "b"));
    assertThat(woken).hasValue(1);
    drain();
    queue.addRepeated(event(Kind.DENIED, "User:alice", "c"));
    assertThat(woken).hasValue(2);
  }

  @Test
  void textsAreCut() {
    AuditEvent e = event(Kind.CHANGE, "User:" + "x".repeat(100_000), "y".repeat(100_000));
    assertThat(e.sizeBytes()).isLessThan(8192);
    assertThat(e.actor().principal()).hasSize(AuditEvent.TEXT_MAX);
  }
}
