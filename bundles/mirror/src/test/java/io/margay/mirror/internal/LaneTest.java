package io.margay.mirror.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.mirror.internal.PartitionMirror.State;
import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import io.margay.protocol.BufferRecords;
import io.margay.protocol.Errors;
import io.margay.protocol.message.FetchResponse.AbortedTransaction;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.protocol.record.CompressionType;
import io.margay.protocol.record.ControlRecordType;
import io.margay.protocol.record.ControlRecords;
import io.margay.protocol.record.ControlRecords.EndTransactionMarker;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.protocol.record.RecordHeader;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.PartitionerChoice;
import io.margay.spi.time.ManualTime;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One partition of a source in memory, whose records are partitioned again. */
class LaneTest {
  private static final UnpooledByteBufAllocator ALLOCATOR = new UnpooledByteBufAllocator(false);
  private static final BrokerId BROKER = new BrokerId(1);
  /** The partition is the length of the key. */
  private static final Partitioner BY_LENGTH = options -> (record, topic) -> record.key().length % topic.partitionCount();

  private final ManualTime time = new ManualTime();
  private final NamedServices<Partitioner> partitioners = new NamedServices<>("partitioner", 0);
  private final FakeLaneTarget target = new FakeLaneTarget();
  private final ByteBuf log = Unpooled.buffer();
  private final List<AbortedTransaction> aborted = new ArrayList<>();
  private long start;
  private long end;
  /** How often the source was asked where it starts and ends. */
  private int bounds;
  private Lane lane;

  @BeforeEach
  void begin() {
    partitioners.add(BY_LENGTH, Map.of("name", "by-length"));
    lane = lane();
  }

  private Lane lane() {
    List<PartitionImage> partitions = List.of(0, 1, 2).stream()
        .map(i -> new PartitionImage(i, List.of(BROKER), List.of(BROKER), BROKER, new LeaderEpoch(0), 0)).toList();
    TopicImage topic = new TopicImage("orders", new UUID(0, 9), false, partitions);
    return new Lane(new LaneId(new MirrorSource("west", new UUID(1, 1), "orders"), 4, 6, "orders"), target,
        new PartitionChoice(partitioners, new PartitionerChoice("by-length", "")), () -> topic, time);
  }

  private void add(long producerId, CompressionType compression, String... keys) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(ALLOCATOR)) {
      builder.baseOffset(end).compression(compression);
      if (producerId >= 0) {
        builder.producer(producerId, (short) 0, 0).transactional(true);
      }
      for (String key : keys) {
        builder.append(1_000 + end, key.getBytes(), Long.toString(end++).getBytes(), List.of(new RecordHeader("h", null)));
      }
      log.writeBytes(builder.build());
    }
  }

  private void mark(long producerId, ControlRecordType type) {
    log.writeBytes(ControlRecords.buildEndTransaction(ALLOCATOR, end++, 1, 0, producerId, (short) 0, new EndTransactionMarker(type, 0)));
  }

  private PartitionData answer() {
    return new PartitionData().setPartitionIndex(4).setHighWatermark(end).setRecords(BufferRecords.view(log)).setAbortedTransactions(aborted);
  }

  /** One round, as the thread of a broker does it. */
  private void round() throws InterruptedException {
    lane.prepare(new Lane.Source() {
      @Override
      public Lane.Bounds bounds(LaneId id) {
        bounds++;
        return new Lane.Bounds(start, end);
      }

      @Override
      public long begin(LaneId id, Lane.Bounds within) {
        return within.start();
      }
    });
    if (lane.state() == State.MIRRORING) {
      lane.write(lane.sort(answer()));
    }
    lane.show();
  }

  private void pass(long ms) throws InterruptedException {
    time.advance(ms);
    round();
  }

  @Test
  void recordsGoWhereThePartitionerSaysInOrder() throws InterruptedException {
    add(-1, CompressionType.NONE, "a", "bb", "a");
    add(-1, CompressionType.LZ4, "bb", "ccc", "a");
    round();
    assertThat(target.records).containsOnlyKeys(0, 1, 2);
    assertThat(target.records.get(1)).containsExactly("a=0@10001", "a=2@10021", "a=5@10051");
    assertThat(target.records.get(2)).containsExactly("bb=1@10011", "bb=3@10031");
    assertThat(target.position).isEqualTo(6);
    assertThat(lane.shown().progress().lagRecords()).isZero();
  }

  @Test
  void onlyCommittedRecordsAreWrittenAndNoMarkers() throws InterruptedException {
    add(7, CompressionType.NONE, "a");
    add(8, CompressionType.NONE, "bb");
    add(-1, CompressionType.NONE, "ccc");
    mark(7, ControlRecordType.ABORT);
    mark(8, ControlRecordType.COMMIT);
    add(7, CompressionType.NONE, "dd");
    mark(7, ControlRecordType.COMMIT);
    aborted.add(new AbortedTransaction().setProducerId(7).setFirstOffset(0));
    round();
    assertThat(target.all()).containsExactly("bb=1@10011", "ccc=2@10021", "dd=5@10051");
    assertThat(target.position).isEqualTo(7);
  }

  @Test
  void nothingIsLostOrDoubledWhereverATransactionFails() throws InterruptedException {
    round();
    for (String how : List.of("before", "after")) {
      add(-1, CompressionType.NONE, "a", "bb");
      target.fails = how;
      round();
      assertThat(lane.state()).isEqualTo(State.WAITING);
      assertThat(lane.shown().problem()).contains("was lost");
      pass(50);
      assertThat(lane.state()).as("a pause comes first").isEqualTo(State.WAITING);
      pass(1_000);
      assertThat(lane.state()).isEqualTo(State.MIRRORING);
    }
    assertThat(target.all()).containsExactly("a=0@10001", "a=2@10021", "bb=1@10011", "bb=3@10031");
    assertThat(lane.shown().progress().errors()).isEqualTo(2);
    assertThat(bounds).isEqualTo(1);
  }

  @Test
  void anotherReaderGoesOnAtTheStoredPositionAndShutsTheFirstOut() throws InterruptedException {
    add(-1, CompressionType.NONE, "a");
    round();
    Lane first = lane;
    lane = lane();
    add(-1, CompressionType.NONE, "bb");
    round();
    first.write(first.sort(answer()));
    assertThat(first.state()).isEqualTo(State.WAITING);
    assertThat(target.all()).containsExactly("a=0@10001", "bb=1@10011");
  }

  @Test
  void itWaitsForThePartitionerAndSaysSo() throws InterruptedException {
    round();
    partitioners.remove(BY_LENGTH);
    add(-1, CompressionType.NONE, "a");
    round();
    assertThat(lane.state()).isEqualTo(State.WAITING);
    assertThat(lane.shown().problem()).isEqualTo("there is no partitioner by-length; installed are none");
    pass(10_000);
    assertThat(lane.state()).isEqualTo(State.WAITING);
    assertThat(target.all()).isEmpty();
    partitioners.add(options -> (record, topic) -> 2, Map.of("name", "by-length"));
    pass(1_000);
    assertThat(target.records).containsOnlyKeys(2);
    assertThat(target.begins).as("the session goes on").isEqualTo(1);
  }

  @Test
  void aPartitionThatDoesNotExistIsAnError() throws InterruptedException {
    partitioners.add(options -> (record, topic) -> 3, Map.of("name", "by-length", "service.ranking", 1));
    add(-1, CompressionType.NONE, "a");
    round();
    assertThat(lane.shown().problem()).contains("it chose partition 3 of 3");
    assertThat(target.all()).isEmpty();
  }

  @Test
  void aPartitionerThatFailsIsAskedAgain() throws InterruptedException {
    boolean[] fails = {true};
    partitioners.add(options -> (record, topic) -> {
      if (fails[0]) {
        throw new IllegalStateException("broken");
      }
      return 1;
    }, Map.of("name", "by-length", "service.ranking", 1));
    add(-1, CompressionType.NONE, "a", "bb");
    round();
    assertThat(lane.shown().problem()).isEqualTo("the partitioner fails: broken");
    fails[0] = false;
    pass(1_000);
    assertThat(target.records).containsOnlyKeys(1);
  }

  @Test
  void recordsThatTheSourceHasDeletedAreCounted() throws InterruptedException {
    add(-1, CompressionType.NONE, "a");
    round();
    start = 10;
    end = 10;
    log.clear();
    add(-1, CompressionType.NONE, "bb");
    lane.sort(new PartitionData().setErrorCode(Errors.OFFSET_OUT_OF_RANGE.code()));
    round();
    assertThat(target.all()).containsExactly("a=0@10001", "bb=10@10101");
    assertThat(lane.shown().progress().skipped()).isEqualTo(9);
  }

  @Test
  void aSourceThatBecameShorterStopsIt() throws InterruptedException {
    add(-1, CompressionType.NONE, "a", "a", "a");
    round();
    end = 1;
    lane.sort(new PartitionData().setErrorCode(Errors.OFFSET_OUT_OF_RANGE.code()));
    for (int i = 0; i < PartitionMirror.CONFIRMATIONS; i++) {
      assertThat(lane.state()).isNotEqualTo(State.STOPPED);
      pass(1_000);
    }
    assertThat(lane.state()).isEqualTo(State.STOPPED);
    assertThat(lane.shown().problem()).contains("ends at 1, before the position 3");
  }

  @Test
  void aLostPositionStopsItUnlessTheLinkIsNewOrTheSourceHasGrown() throws InterruptedException {
    target.records.put(0, new ArrayList<>(List.of("x")));
    add(-1, CompressionType.NONE, "a");
    round();
    assertThat(lane.state()).isEqualTo(State.STOPPED);
    assertThat(lane.shown().problem()).contains("its position at the source is lost").contains("margay-mirror-west-");
    target.others = true;
    lane = lane();
    round();
    assertThat(target.all()).containsExactly("a=0@10001", "x");
  }

  @Test
  void aStoppedLaneGoesOnWhereSomebodyHasStoredItsPosition() throws InterruptedException {
    add(-1, CompressionType.NONE, "a", "a", "a");
    round();
    end = 1;
    log.clear();
    lane.sort(new PartitionData().setErrorCode(Errors.OFFSET_OUT_OF_RANGE.code()));
    for (int i = 0; i < PartitionMirror.CONFIRMATIONS; i++) {
      pass(1_000);
    }
    add(-1, CompressionType.NONE, "bb");
    pass(10_000);
    assertThat(lane.state()).isEqualTo(State.STOPPED);
    int begins = target.begins;
    target.position = 1;
    pass(10_000);
    assertThat(lane.state()).isEqualTo(State.MIRRORING);
    assertThat(target.begins).isEqualTo(begins + 1);
    assertThat(target.all()).contains("bb=1@10011");
  }

  @Test
  void aStoppedLaneGoesOnWhenItsTopicWasMadeAgain() throws InterruptedException {
    target.records.put(0, new ArrayList<>(List.of("x")));
    add(-1, CompressionType.NONE, "a");
    round();
    pass(10_000);
    assertThat(lane.state()).isEqualTo(State.STOPPED);
    target.records.clear();
    pass(10_000);
    assertThat(target.all()).containsExactly("a=0@10001");
  }

  @Test
  void theFirstPositionIsStoredBeforeAnyRecordAndLaterNowAndThen() throws InterruptedException {
    start = 20;
    end = 20;
    round();
    assertThat(target.position).isEqualTo(20);
    assertThat(target.transactions).isEqualTo(1);
    pass(Lane.REFRESH_MS - 1);
    assertThat(target.transactions).isEqualTo(1);
    pass(1);
    assertThat(target.transactions).isEqualTo(2);
  }

  @Test
  void damagedRecordsAreRefused() throws InterruptedException {
    add(-1, CompressionType.NONE, "a");
    log.setByte(log.writerIndex() - 1, 99);
    round();
    assertThat(lane.shown().problem()).contains("checksum");
    assertThat(target.all()).isEmpty();
  }

  @Test
  void aStepIsBounded() throws InterruptedException {
    String large = "x".repeat(1 << 20);
    for (int i = 0; i < 12; i++) {
      add(-1, CompressionType.NONE, large);
    }
    round();
    assertThat(target.position).isLessThan(12);
    round();
    assertThat(target.position).isEqualTo(12);
    assertThat(target.all()).hasSize(12);
  }
}
