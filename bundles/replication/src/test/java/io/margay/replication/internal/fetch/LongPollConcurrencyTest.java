package io.margay.replication.internal.fetch;

import static io.margay.replication.internal.fetch.Fetches.from;
import static io.margay.replication.internal.fetch.Fetches.topic;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.FetchResponse.FetchableTopicResponse;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.replication.internal.FakeLog;
import io.margay.replication.internal.TestBroker;
import io.margay.spi.handler.FakeRequest;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Timers never run here, so a wake-up that is lost is a wait for ever. */
class LongPollConcurrencyTest {
  private static final int PARTITIONS = 3;
  private static final int BATCHES = 2000;

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void noWakeUpIsLost(int batchesAtLeast) throws IOException, InterruptedException {
    FakeLog.UNRELEASED.set(0);
    try (TestBroker broker = new TestBroker()) {
      broker.start();
      broker.create("a", PARTITIONS);
      FetchHandler handler = new FetchHandler(broker.replication);
      int minBytes = batchesAtLeast == 1 ? 1 : batchesAtLeast * TestBroker.batch(1).readableBytes();
      CountDownLatch producers = new CountDownLatch(2);
      for (int p = 0; p < 2; p++) {
        new Thread(() -> {
          for (int i = 0; i < BATCHES / 2; i++) {
            broker.append("a", i % PARTITIONS, 1);
          }
          producers.countDown();
        }).start();
      }
      long[] positions = new long[PARTITIONS];
      int read = 0;
      // the last ones may be too few for the minimum
      while (read < BATCHES - batchesAtLeast + 1) {
        FakeRequest request = new FakeRequest(FetchRequest.API, Fetches.sessionless(topic("a", from(0, positions[0]),
            from(1, positions[1]), from(2, positions[2]))).setMinBytes(minBytes).setMaxWaitMs(1_000_000), 12);
        handler.handle(request);
        TestBroker.awaitTrue(() -> {
          request.runLoop();
          return request.isAnswered();
        });
        for (FetchableTopicResponse topic : request.answer(new FetchResponse()).responses()) {
          for (PartitionData data : topic.partitions()) {
            List<Long> offsets = Fetches.offsets(data);
            for (long offset : offsets) {
              assertThat(offset).isEqualTo(positions[data.partitionIndex()]++);
            }
            read += offsets.size();
          }
        }
      }
      producers.await();
      handler.close();
    }
    assertThat(FakeLog.UNRELEASED).hasValue(0);
  }

  @Test
  void cancellationsAndWakeUpsMeet() throws IOException, InterruptedException {
    FakeLog.UNRELEASED.set(0);
    try (TestBroker broker = new TestBroker()) {
      broker.start();
      broker.create("a", 1);
      FetchHandler handler = new FetchHandler(broker.replication);
      for (int i = 0; i < 500; i++) {
        long end = broker.log("a", 0).logEndOffset();
        FakeRequest request = new FakeRequest(FetchRequest.API, Fetches.sessionless(topic("a", from(0, end))), 12);
        handler.handle(request);
        Thread producer = new Thread(() -> broker.append("a", 0, 1));
        producer.start();
        request.cancel();
        producer.join();
        request.runLoop();
        assertThat(request.isAnswered()).isTrue();
      }
      assertThat(broker.leader("a", 0).replica().dataWaiters().isEmpty()).isTrue();
      assertThat(broker.scheduler.size()).isZero();
      handler.close();
    }
    assertThat(FakeLog.UNRELEASED).hasValue(0);
  }
}
