package io.margay.mirror.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.mirror.internal.LinkConfig.Address;
import io.margay.mirror.internal.MirroredPartition.Assignment;
import io.margay.mirror.internal.PartitionMirror.State;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.spi.log.PartitionLog.Appended;
import io.margay.spi.time.ManualTime;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A link with one partition and a source in memory, in one thread. */
class LinkLoopTest {
  private final ManualTime time = new ManualTime();
  private final FakeSource source = new FakeSource();
  private final FakeMirror mirror = new FakeMirror("orders", 0);
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private int refreshes;
  private LinkLoop loop;

  @BeforeEach
  void link() {
    link(Map.of());
  }

  private void link(Map<String, String> more) {
    TreeMap<String, String> fields = new TreeMap<>(Map.of("bootstrap.servers", "a:1", "topics", "orders"));
    fields.putAll(more);
    loop = new LinkLoop(LinkConfig.of("west", fields), new LinkLoop.Ports(time, time, () -> source), tasks::add, () -> refreshes++);
  }

  @AfterEach
  void everyAnswerIsGivenBack() {
    run();
    loop.run(loop::close);
    run();
    assertThat(source.unclosed).isZero();
    assertThat(loop.run(() -> { })).isFalse();
  }

  private void assign(int broker) {
    assign(broker, new UUID(1, 1));
  }

  private void assign(int broker, UUID topicId) {
    MirrorSource from = new MirrorSource("west", topicId, "orders");
    loop.run(() -> loop.assign(broker < 0 ? List.of() : List.of(new Assignment(mirror, from, broker, false)),
        Map.of(1, new Address("a", 1), 2, new Address("b", 2))));
    run();
  }

  /** Runs what is to be done, and lets the source answer, until both wait. */
  private void run() {
    for (int i = 0; i < 20; i++) {
      while (!tasks.isEmpty()) {
        tasks.poll().run();
      }
      source.answer();
    }
  }

  private void pass(long ms) {
    time.advance(ms, this::run);
    run();
  }

  private State state() {
    return loop.partitions().get(0).machine.state();
  }

  private void assertEqual() {
    TreeMap<Long, LastBatch> expected = new TreeMap<>();
    source.batches.tailMap(source.batches.floorKey(source.start), true).forEach((base, bytes) -> expected.put(base,
        LastBatch.of(io.netty.buffer.Unpooled.wrappedBuffer(bytes))));
    assertThat(mirror.batches).isEqualTo(expected);
    assertThat(mirror.logEndOffset()).isEqualTo(source.end);
  }

  @Test
  void whatTheSourceHasAndGetsIsMirrored() {
    source.add("a", "b");
    source.add("c");
    assign(1);
    assertEqual();
    source.add("d");
    pass(1_000);
    assertEqual();
    assertThat(state()).isEqualTo(State.MIRRORING);
    MirroredPartition.Shown shown = loop.partitions().get(0).shown();
    assertThat(shown.progress().lagRecords()).isZero();
    assertThat(shown.problem()).isNull();
  }

  @Test
  void aSourceThatNamesTopicsByNameIsMirrored() {
    source.fetchVersion = 4;
    source.add("a");
    assign(1);
    assertEqual();
  }

  @Test
  void aTopicWhoseIdIsNotKnownIsMirroredFromASourceThatHasIds() {
    source.add("a");
    assign(1, KafkaUuid.ZERO);
    source.add("b");
    pass(1_000);
    assertEqual();
    assign(-1);
    assign(1, KafkaUuid.ZERO);
    assertThat(state()).isEqualTo(State.MIRRORING);
  }

  @Test
  void aLogThatStartsInsideOfABatchIsMirroredFromTheStartOfThatBatch() {
    source.add("a");
    source.add("b", "c", "d");
    source.start = 2;
    assign(1);
    pass(1_000);
    assertThat(mirror.batches.firstKey()).isEqualTo(1);
    assertThat(mirror.logStartOffset()).isEqualTo(2);
    assertThat(mirror.logEndOffset()).isEqualTo(4);
  }

  @Test
  void aMirrorGoesOnAtItsEnd() {
    source.add("a");
    assign(1);
    assign(-1);
    source.add("b");
    pass(1_000);
    assertThat(mirror.logEndOffset()).isEqualTo(1);
    assign(1);
    assertEqual();
  }

  @Test
  void aLostConnectionIsOpenedAgainAfterAPause() {
    source.add("a");
    assign(1);
    source.unreachable = true;
    source.disconnect();
    run();
    source.add("b");
    pass(20_000);
    assertThat(loop.problem()).contains("broker 1 of the source at a:1 cannot be reached");
    assertThat(Collections.frequency(source.asked, "connect")).isBetween(5, 12);
    source.unreachable = false;
    pass(6_000);
    assertThat(loop.problem()).isNull();
    assertEqual();
    assertThat(refreshes).isPositive();
  }

  @Test
  void aLeaderThatMovedIsAskedForAndFetchedFrom() {
    source.add("a");
    assign(1);
    source.fetchError = Errors.NOT_LEADER_OR_FOLLOWER;
    source.add("b");
    pass(300);
    assertThat(refreshes).isPositive();
    assertThat(loop.partitions().get(0).shown().problem()).contains("NOT_LEADER_OR_FOLLOWER");
    source.fetchError = Errors.NONE;
    assign(2);
    pass(6_000);
    assertEqual();
  }

  @Test
  void anotherHistoryAtTheSourceStopsTheMirror() {
    source.add("a");
    source.add("b");
    assign(1);
    source.cutTo(1);
    source.add("x");
    source.add("c");
    source.disconnect();
    pass(6_000);
    assertThat(state()).isEqualTo(State.DIVERGED);
    assertThat(loop.partitions().get(0).shown().problem()).contains("checksum");
    assertThat(mirror.logEndOffset()).isEqualTo(2);
  }

  @Test
  void aSourceThatLostRecordsStopsTheMirror() {
    source.add("a");
    source.add("b");
    assign(1);
    source.cutTo(1);
    pass(6_000);
    assertThat(state()).isEqualTo(State.DIVERGED);
    assertThat(mirror.logEndOffset()).isEqualTo(2);
  }

  @Test
  void aLinkThatCutsFindsTheFirstDifferenceAndGoesOn() {
    link(Map.of("on.divergence", "cut"));
    for (int i = 0; i < 50; i++) {
      source.add("same" + i, "too" + i);
    }
    for (int i = 0; i < 13; i++) {
      source.add("here" + i);
    }
    assign(1);
    assertEqual();
    source.cutTo(100);
    for (int i = 0; i < 30; i++) {
      source.add("there" + i);
    }
    source.disconnect();
    pass(6_000);
    assertEqual();
    source.cutTo(40);
    pass(6_000);
    assertEqual();
  }

  @Test
  void whatCannotBeAppendedIsFetchedAgain() {
    source.add("a");
    mirror.nextAppend = Appended.SUSPENDED;
    assign(1);
    assertThat(mirror.logEndOffset()).isZero();
    pass(1_000);
    assertEqual();
    source.add("b");
    mirror.nextAppend = Appended.failed(Errors.CORRUPT_MESSAGE, "a batch is damaged");
    pass(100);
    assertThat(loop.partitions().get(0).shown().progress().errors()).isEqualTo(1);
    assertThat(loop.partitions().get(0).shown().problem()).contains("a batch is damaged");
    pass(1_000);
    assertEqual();
  }

  @Test
  void batchesOfAnOldFormatStopTheMirror() {
    source.add("a");
    mirror.nextAppend = Appended.failed(Errors.UNSUPPORTED_FOR_MESSAGE_FORMAT, "magic is 1");
    assign(1);
    pass(10_000);
    assertThat(state()).isEqualTo(State.STOPPED);
  }

  @Test
  void anIdleSourceIsNotAskedWithoutAPause() {
    source.add("a");
    assign(1);
    int before = source.asked.size();
    pass(1_000);
    // the answers of this source come at once, though it has nothing
    assertThat(source.asked.size() - before).isLessThanOrEqualTo(11);
  }

  @Test
  void theBandwidthIsLimited() {
    link(Map.of("bandwidth.bytes.per.second", "100"));
    source.add("a".repeat(500));
    assign(1);
    source.add("b");
    pass(4_000);
    assertThat(mirror.logEndOffset()).isEqualTo(1);
    pass(4_000);
    assertEqual();
  }

  @Test
  void aThreadThatIsGoneRunsNothing() {
    LinkLoop ended = new LinkLoop(loop.config(), new LinkLoop.Ports(time, time, () -> source), task -> {
      throw new RejectedExecutionException();
    }, () -> { });
    assertThat(ended.run(() -> { })).isFalse();
  }
}
