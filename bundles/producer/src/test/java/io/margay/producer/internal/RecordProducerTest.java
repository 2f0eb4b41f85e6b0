package io.margay.producer.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.metadata.TopicsImage;
import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import io.margay.model.Scheduler;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceResponse;
import io.margay.spi.client.LocalClient;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.PartitionerRecord;
import io.margay.spi.partitioner.TopicPartitioner;
import io.margay.spi.partitioner.TopicView;
import io.margay.spi.producer.ProduceException;
import io.margay.spi.producer.Producer.Sent;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RecordProducerTest {
  private static final byte[] VALUE = {1};

  /** Holds each request until the test answers it. */
  private static final class HeldRequest {
    private final ProduceRequest request;
    private final ProduceResponse response;
    private final CompletableFuture<ProduceResponse> future = new CompletableFuture<>();

    HeldRequest(ProduceRequest request, ProduceResponse response) {
      this.request = request;
      this.response = response;
    }

    int partition() {
      return request.topicData().get(0).partitionData().get(0).index();
    }

    void answer(Errors error, long offset) {
      response.setResponses(List.of(new ProduceResponse.TopicProduceResponse().setName("t").setPartitionResponses(List.of(
          new ProduceResponse.PartitionProduceResponse().setIndex(partition()).setErrorCode(error.code())
              .setBaseOffset(offset)))));
      future.complete(response);
    }
  }

  private final LinkedBlockingQueue<HeldRequest> requests = new LinkedBlockingQueue<>();
  private final List<Runnable> timers = Collections.synchronizedList(new ArrayList<>());
  private final NamedServices<Partitioner> partitioners = new NamedServices<>("partitioner", 100);
  private volatile ClusterImage image = image("first");
  private final RecordProducer producer = new RecordProducer(new LocalClient() {
    @Override
    @SuppressWarnings("unchecked")
    public <R extends Message> CompletionStage<R> send(Api api, Message request, R response) {
      HeldRequest held = new HeldRequest((ProduceRequest) request, (ProduceResponse) response);
      requests.add(held);
      return (CompletionStage<R>) held.future;
    }
  }, () -> image, new FakeSettings(), new Scheduler() {
    @Override
    public Timer after(long delayMs, Runnable task) {
      timers.add(task);
      return () -> timers.remove(task);
    }

    @Override
    public Timer every(long delayMs, long periodMs, Runnable task) {
      throw new UnsupportedOperationException();
    }
  }, partitioners);

  private static ClusterImage image(String partitioner) {
    List<PartitionImage> partitions = new ArrayList<>();
    List<BrokerId> one = List.of(new BrokerId(1));
    for (int i = 0; i < 3; i++) {
      partitions.add(new PartitionImage(i, one, one, one.get(0), new LeaderEpoch(0), 0));
    }
    return new ClusterImage("c", 1, BrokerId.NONE, new TreeMap<>(), TopicsImage.of(Map.of("t", new TopicImage("t",
        UUID.randomUUID(), false, partitions))), Map.of(ConfigResource.topic("t"), Map.of("margay.partitioner", partitioner)),
        Map.of());
  }

  /** A partitioner that takes the partition from its options. */
  private Partitioner install(String name) {
    Partitioner partitioner = options -> {
      if (options.equals("bad")) {
        throw new IllegalArgumentException("bad is bad; expected a number");
      }
      int partition = options.isEmpty() ? 0 : Integer.parseInt(options);
      return (record, topic) -> partition;
    };
    partitioners.add(partitioner, Map.of("name", name));
    return partitioner;
  }

  private CompletableFuture<Sent> send() {
    return producer.send("t", null, VALUE, List.of()).toCompletableFuture();
  }

  private HeldRequest request() throws InterruptedException {
    HeldRequest held = requests.poll(60, TimeUnit.SECONDS);
    assertThat(held).as("a request").isNotNull();
    return held;
  }

  private static void assertFails(CompletableFuture<Sent> sent, Errors error, String message) {
    assertThatThrownBy(() -> sent.get(60, TimeUnit.SECONDS)).cause().isInstanceOfSatisfying(ProduceException.class, e -> {
      assertThat(e.error()).isEqualTo(error);
      assertThat(e).hasMessageContaining(message);
    });
  }

  @AfterEach
  void close() {
    producer.close();
  }

  @Test
  void tellsPartitionAndOffset() throws Exception {
    install("first");
    CompletableFuture<Sent> sent = send();
    request().answer(Errors.NONE, 41);
    assertThat(sent.get(60, TimeUnit.SECONDS)).isEqualTo(new Sent(0, 41));
  }

  @Test
  void whatComesWhileABatchIsUnderWayIsTheNextBatch() throws Exception {
    install("first");
    CompletableFuture<Sent> first = send();
    HeldRequest held = request();
    CompletableFuture<Sent> second = send();
    CompletableFuture<Sent> third = send();
    assertThat(requests).isEmpty();
    held.answer(Errors.NONE, 5);
    request().answer(Errors.NONE, 6);
    assertThat(first.get().offset()).isEqualTo(5);
    assertThat(second.get(60, TimeUnit.SECONDS).offset()).isEqualTo(6);
    assertThat(third.get().offset()).isEqualTo(7);
  }

  @Test
  void aChangedSettingCountsForTheNextRecord() throws Exception {
    install("first");
    image = image("first:1");
    send();
    HeldRequest one = request();
    assertThat(one.partition()).isEqualTo(1);
    image = image("first:2");
    send();
    assertThat(request().partition()).isEqualTo(2);
    one.answer(Errors.NONE, 0);
  }

  @Test
  void anotherServiceOfTheNameTakesOver() throws Exception {
    Partitioner old = install("first");
    send();
    request().answer(Errors.NONE, 0);
    AtomicInteger asked = new AtomicInteger();
    partitioners.remove(old);
    CompletableFuture<Sent> waiting = send();
    CompletableFuture<Sent> behind = send();
    partitioners.add(options -> (record, topic) -> asked.getAndIncrement(), Map.of("name", "first"));
    HeldRequest a = request();
    HeldRequest b = request();
    assertThat(a.partition() + b.partition()).isEqualTo(1);
    a.answer(Errors.NONE, 1);
    b.answer(Errors.NONE, 1);
    assertThat(waiting.get(60, TimeUnit.SECONDS).partition()).isZero();
    assertThat(behind.get(60, TimeUnit.SECONDS).partition()).isEqualTo(1);
  }

  /** Else the classes of a bundle that was updated would stay until the topic's next record. */
  @Test
  void nothingOfAPartitionerThatWentIsKept() throws Exception {
    List<WeakReference<TopicPartitioner>> made = new ArrayList<>();
    Partitioner partitioner = options -> {
      TopicPartitioner forTopic = new TopicPartitioner() {
        @Override
        public int partition(PartitionerRecord record, TopicView topic) {
          return 2;
        }
      };
      made.add(new WeakReference<>(forTopic));
      return forTopic;
    };
    partitioners.add(partitioner, Map.of("name", "first"));
    send();
    request().answer(Errors.NONE, 0);
    producer.remove(partitioner);
    for (int i = 0; i < 100 && made.get(0).get() != null; i++) {
      System.gc();
    }
    assertThat(made.get(0).get()).isNull();
  }

  @Test
  void triesAgainWhenNothingWasWritten() throws Exception {
    install("first");
    CompletableFuture<Sent> sent = send();
    request().answer(Errors.NOT_LEADER_OR_FOLLOWER, -1);
    while (timers.isEmpty()) {
      Thread.onSpinWait();
    }
    timers.get(0).run();
    request().answer(Errors.NONE, 9);
    assertThat(sent.get(60, TimeUnit.SECONDS).offset()).isEqualTo(9);
  }

  @Test
  void failuresAreClear() throws Exception {
    install("first");
    assertFails(producer.send("u", null, VALUE, List.of()).toCompletableFuture(), Errors.UNKNOWN_TOPIC_OR_PARTITION,
        "there is no topic u");
    image = image("first:bad");
    assertFails(send(), Errors.INVALID_CONFIG, "margay.partitioner of topic t: bad is bad; expected a number");
    image = image("first:7");
    assertFails(send(), Errors.UNKNOWN_SERVER_ERROR, "partitioner first is broken: it chose partition 7");
    image = image("first");
    CompletableFuture<Sent> refused = send();
    request().answer(Errors.MESSAGE_TOO_LARGE, -1);
    assertFails(refused, Errors.MESSAGE_TOO_LARGE, "topic t partition 0");
  }

  @Test
  void whatIsNotAnsweredFailsAtTheEnd() throws Exception {
    install("first");
    CompletableFuture<Sent> underWay = send();
    request();
    CompletableFuture<Sent> queued = send();
    image = image("away");
    CompletableFuture<Sent> waiting = send();
    producer.close();
    for (CompletableFuture<Sent> sent : List.of(underWay, queued, waiting, send())) {
      assertFails(sent, Errors.NETWORK_EXCEPTION, "stopped");
    }
  }

  @Test
  void memoryIsBounded() {
    install("first");
    byte[] large = new byte[4 * 1024 * 1024];
    for (int i = 0; i < 3; i++) {
      producer.send("t", null, large, List.of());
    }
    assertFails(producer.send("t", null, large, List.of()).toCompletableFuture(), Errors.REQUEST_TIMED_OUT, "bytes wait");
  }

  @Test
  void aBrokenPartitionerFailsItsRecordsAndNoOthers() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    partitioners.add((Partitioner) options -> (record, topic) -> {
      if (calls.incrementAndGet() == 1) {
        throw new StackOverflowError("of this test");
      }
      return 0;
    }, Map.of("name", "first"));
    assertThatThrownBy(() -> send().get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(ProduceException.class)
        .hasMessageContaining("is broken");
    CompletableFuture<Sent> next = send();
    requests.take().answer(Errors.NONE, 0);
    assertThat(next.get(10, TimeUnit.SECONDS).offset()).isZero();
  }

  @Test
  void anAnswerWithoutAPartitionFailsTheBatchAndTheNextOneIsSent() throws Exception {
    install("first");
    CompletableFuture<Sent> first = send();
    HeldRequest odd = requests.take();
    CompletableFuture<Sent> second = send();
    odd.future.complete(odd.response);
    assertThatThrownBy(() -> first.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(ProduceException.class);
    requests.take().answer(Errors.NONE, 4);
    assertThat(second.get(10, TimeUnit.SECONDS).offset()).isEqualTo(4);
  }

  @Test
  void boundsTheHeapOfManySmallRecords() {
    install("first");
    int accepted = 0;
    while (!send().isDone()) {
      accepted++;
    }
    assertThat(accepted).isLessThan(16_777_216 / 256);
  }
}
