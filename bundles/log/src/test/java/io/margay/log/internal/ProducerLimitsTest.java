package io.margay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.LeaderEpoch;
import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingValues;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.log.PartitionLog.Origin;
import io.margay.spi.log.PartitionLog.ProducerInfo;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ProducerLimitsTest {
  private static void produce(TestLog t, long id, int sequence) {
    t.clock.now++;
    assertThat(t.append(TestLog.produced(id, 0, sequence, "k=v")).error()).isEqualTo(Errors.NONE);
  }

  @Test
  void aLogForgetsTheProducersThatWereSilentForLongest() {
    TestLog t = new TestLog();
    t.producersPerLog = 100;
    for (int i = 0; i < 1_000; i++) {
      produce(t, 5, i);
      produce(t, 1_000 + i, 0);
      assertThat(t.log.producers().size()).isLessThanOrEqualTo(100);
      assertThat(t.producerLimits.count()).isEqualTo(t.log.producers().size());
    }
    assertThat(t.log.producers()).extracting(ProducerInfo::producerId).contains(5L, 1_999L, 1_950L).doesNotContain(1_000L);
    assertThat(t.append(TestLog.produced(5, 0, 999, "k=v")).duplicate()).isTrue();
    assertThat(t.append(TestLog.produced(1_000, 0, 7, "k=v")).error()).as("it is unknown again").isEqualTo(Errors.NONE);
  }

  @Test
  void openTransactionsAreNotForgotten() {
    TestLog t = new TestLog();
    t.producersPerLog = 10;
    for (int i = 0; i < 50; i++) {
      t.put(TestLog.transactional(i, 0, 0, "k=v"));
    }
    for (int i = 100; i < 200; i++) {
      produce(t, i, 0);
    }
    assertThat(t.log.producers()).extracting(ProducerInfo::producerId).contains(0L, 49L, 199L);
    assertThat(t.log.producers().size()).isLessThan(70);
  }

  @Test
  void whatADiskHoldsIsBoundedWhenALogIsOpened() throws IOException {
    TestLog t = new TestLog();
    for (int i = 0; i < 1_000; i++) {
      produce(t, i, 0);
    }
    t.producersPerLog = 50;
    t.restart();
    assertThat(t.log.producers().size()).isBetween(40, 50);
    assertThat(t.log.producers()).extracting(ProducerInfo::producerId).contains(999L).doesNotContain(900L);
    t.store.blobs.keySet().removeIf(name -> name.endsWith(".snapshot"));
    t.crash();
    assertThat(t.log.producers().size()).as("from the batches").isBetween(40, 50);
    assertThat(t.log.producers()).extracting(ProducerInfo::producerId).contains(999L);
  }

  @Test
  void aLogMakesRoomItselfWhenTheNodeIsFarAboveItsLimit() {
    TestLog t = new TestLog();
    t.producersPerNode = 100;
    for (int i = 0; i < 1_000; i++) {
      produce(t, i, 0);
    }
    assertThat(t.producerLimits.count()).isEqualTo(t.log.producers().size()).isLessThanOrEqualTo(126);
  }

  private static final class Limited implements SettingValues {
    @Override
    @SuppressWarnings("unchecked")
    public <T> T get(Setting<T> setting) {
      return setting == (Setting<?>) LogManagerSettings.MARGAY_PRODUCER_IDS_MAX ? (T) (Integer) 80 : setting.defaultValue();
    }
  }

  @Test
  void aSweepForgetsTheOldestOfAllLogs() throws Exception {
    TestLog.StoppedClock clock = new TestLog.StoppedClock();
    ManualScheduler scheduler = new ManualScheduler();
    LogManager manager = new LogManager(new Limited(), clock, scheduler, (what, cause) -> { }, null);
    manager.addEngine(new FakeEngine());
    List<PartitionLog> logs = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      logs.add(manager.open(new TopicIdPartition(new UUID(1, 2), new TopicPartition("topic", i)), TestLog.CONFIG));
    }
    for (int i = 0; i < 96; i++) {
      clock.now++;
      // The first log holds the oldest half.
      ByteBuf batch = TestLog.produced(i, 0, 0, "k=v");
      logs.get(i < 48 ? 0 : 1 + i % 3).appendAsLeader(batch, new LeaderEpoch(0), Origin.CLIENT);
      batch.release();
    }
    scheduler.runAll();
    CountDownLatch done = new CountDownLatch(1);
    manager.soon(done::countDown);
    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    List<Long> left = new ArrayList<>();
    logs.forEach(log -> log.producers().forEach(producer -> left.add(producer.producerId())));
    assertThat(left).hasSize(70).allMatch(id -> id >= 26);
    assertThat(manager.producerLimits().count()).isEqualTo(70);
    manager.close();
  }
}
