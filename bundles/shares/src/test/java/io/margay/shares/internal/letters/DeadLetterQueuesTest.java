package io.margay.shares.internal.letters;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.coordinator.Brokers;
import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.metadata.TopicsImage;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.model.LeaderEpoch;
import io.margay.model.LineLimit;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.CreateTopicsRequest;
import io.margay.protocol.message.CreateTopicsResponse;
import io.margay.protocol.message.InitProducerIdResponse;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceResponse;
import io.margay.shares.internal.leader.DeadLetters;
import io.margay.shares.internal.leader.MemoryPartition;
import io.margay.shares.internal.partition.GivenUp;
import io.margay.shares.internal.remote.BrokerLinks;
import io.margay.shares.internal.state.StateKey;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.time.ManualTime;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class DeadLetterQueuesTest {
  private static final UUID T = new UUID(1, 1);

  private final ManualTime time = new ManualTime();
  private final LetterBroker broker = new LetterBroker();
  private final MemoryPartition log = new MemoryPartition(T);
  private final Map<String, UUID> topics = new HashMap<>(Map.of("dlq.g", new UUID(2, 2)));
  private final List<CreateTopicsRequest> created = new ArrayList<>();
  private String topic = "dlq.g";
  private boolean copies = true;
  private boolean creates;
  private boolean marked = true;
  private int producers;
  private boolean led = true;
  private int epoch = log.epoch;

  private final LetterSettings settings = new LetterSettings() {
    @Override
    public String letterTopic(String groupId) {
      return topic;
    }

    @Override
    public boolean copiesRecords(String groupId) {
      return copies;
    }

    @Override
    public String prefix() {
      return "dlq.";
    }

    @Override
    public boolean createsTopics() {
      return creates;
    }

    @Override
    public boolean isDeadLetterTopic(String name) {
      return marked;
    }
  };
  private final DeadLetterQueues queues = new DeadLetterQueues(post(), settings, Runnable::run, new LineLimit(time));

  private Post post() {
    return new Post(this::image, new BrokerLinks(new Brokers(this::image, new FakeSettings().nodeId(new BrokerId(1)), () -> broker)),
        this::request, time, time);
  }

  private ClusterImage image() {
    BrokerId one = new BrokerId(1);
    PartitionImage p = new PartitionImage(0, List.of(one), List.of(one), one, new LeaderEpoch(epoch), 0);
    Map<String, TopicImage> byName = new HashMap<>();
    topics.forEach((n, id) -> byName.put(n, new TopicImage(n, id, false, List.of(p))));
    byName.put("t", new TopicImage("t", T, false, List.of(p)));
    TreeMap<BrokerId, BrokerImage> brokers = new TreeMap<>();
    brokers.put(one, new BrokerImage(one, 1, List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "h", 9092)), null, false));
    return new ClusterImage("c", 1, one, brokers, TopicsImage.of(byName), Map.of(), Map.of());
  }

  private <R extends Message> CompletionStage<R> request(Api api, Message request, R response) {
    if (response instanceof InitProducerIdResponse ids) {
      ids.setProducerId(producers++);
    } else if (response instanceof CreateTopicsResponse answer) {
      created.add((CreateTopicsRequest) request);
      answer.topics().add(new CreateTopicsResponse.CreatableTopicResult());
      time.after(300, () -> topics.put(topic, new UUID(3, 3)));
    }
    return CompletableFuture.completedFuture(response);
  }

  private CompletableFuture<Boolean> copy(GivenUp... offsets) {
    return queues.copy(new DeadLetters.Batch(new StateKey("g", T, 0), log, List.of(offsets), () -> led));
  }

  private static GivenUp rejected(long first, long last) {
    return new GivenUp(first, last, (short) 2, GivenUp.REJECTED);
  }

  @Test
  void lettersSayWhereRecordsComeFrom() {
    log.append(4);
    assertThat(copy(rejected(1, 1), new GivenUp(3, 3, (short) 5, GivenUp.DELIVERED_TOO_OFTEN))).isCompleted();
    assertThat(broker.letters).extracting(LetterBroker.Stored::value).containsExactly("v1", "v3");
    LetterBroker.Stored one = broker.letters.get(0);
    assertThat(one.header("__dlq.errors.topic")).isEqualTo("t");
    assertThat(one.header("__dlq.errors.partition")).isEqualTo("0");
    assertThat(one.header("__dlq.errors.offset")).isEqualTo("1");
    assertThat(one.header("__dlq.errors.group")).isEqualTo("g");
    assertThat(one.header("__dlq.errors.delivery.count")).isEqualTo("2");
    assertThat(one.header("__dlq.errors.message")).isEqualTo("Offset rejected by client.");
    assertThat(broker.letters.get(1).header("__dlq.errors.message")).isEqualTo("Offset delivery count exceeded the threshold.");
  }

  @Test
  void withoutCopiesLettersHaveOnlyHeaders() {
    log.append(2);
    copies = false;
    copy(rejected(0, 1));
    assertThat(broker.letters).hasSize(2).allSatisfy(l -> assertThat(l.value()).isNull());
  }

  @Test
  void aLetterWhoseAnswerIsLostIsNotWrittenTwice() {
    log.append(2);
    broker.lostAnswers = 3;
    CompletableFuture<Boolean> done = copy(rejected(0, 1));
    assertThat(done).isNotDone();
    time.advance(1_000);
    assertThat(done).isCompleted();
    assertThat(broker.letters).hasSize(2);
  }

  @Test
  void whatALeaderBeforeHasCopiedIsNotCopiedAgain() {
    log.append(4);
    copy(rejected(0, 1));
    copy(new GivenUp(0, 3, (short) 2, GivenUp.UNKNOWN));
    assertThat(broker.letters).extracting(LetterBroker.Stored::value).containsExactly("v0", "v1", "v2", "v3");
    assertThat(broker.letters.get(2).header("__dlq.errors.message")).as("not known any more").isNull();
  }

  @Test
  void letterBatchesThatAreTooLargeAreDivided() {
    log.append(8);
    broker.maxBytes = 700;
    assertThat(copy(rejected(0, 7))).isCompleted();
    assertThat(broker.letters).hasSize(8);
    broker.maxBytes = 10;
    assertThat(copy(rejected(0, 0))).as("given up").isCompleted();
    assertThat(broker.letters).hasSize(8);
  }

  @Test
  void lettersThatCannotBeWrittenAreGivenUpAfterAMinute() {
    log.append(1);
    broker.failWith = Errors.NOT_ENOUGH_REPLICAS;
    CompletableFuture<Boolean> done = copy(rejected(0, 0));
    time.advance(59_000);
    assertThat(done).isNotDone();
    time.advance(2_000);
    assertThat(done).isCompleted();
  }

  @Test
  void aTopicIsCreatedWhereThatIsAllowed() {
    log.append(1);
    topic = "dlq.new";
    assertThat(copy(rejected(0, 0))).isCompleted();
    assertThat(created).isEmpty();
    creates = true;
    CompletableFuture<Boolean> done = copy(rejected(0, 0));
    time.advance(1_000);
    assertThat(done).isCompleted();
    assertThat(created).hasSize(1);
    assertThat(created.get(0).topics().get(0).configs()).extracting(CreateTopicsRequest.CreatableTopicConfig::name)
        .contains("errors.deadletterqueue.group.enable");
    assertThat(broker.letters).hasSize(1);
  }

  @Test
  void otherTopicsGetNoLetters() {
    log.append(1);
    marked = false;
    assertThat(copy(rejected(0, 0))).isCompleted();
    marked = true;
    for (String name : List.of("other", "__consumer_offsets", "")) {
      topic = name;
      topics.put(name, new UUID(4, 4));
      assertThat(copy(rejected(0, 0))).isCompleted();
    }
    assertThat(broker.letters).isEmpty();
  }

  @Test
  void recordsThatAreGoneHaveLettersWithoutContents() {
    log.append(1);
    log.append(1);
    log.remove(0);
    copy(rejected(0, 1));
    assertThat(broker.letters).extracting(LetterBroker.Stored::value).containsExactly(null, "v1");
  }

  @Test
  void lettersThatFindNoConnectionHoldNoMemory() {
    log.append(1);
    PooledByteBufAllocator pool = PooledByteBufAllocator.DEFAULT;
    long before = pool.pinnedDirectMemory() + pool.pinnedHeapMemory();
    broker.unreachable = true;
    CompletableFuture<Boolean> done = copy(rejected(0, 0));
    time.advance(1_000);
    broker.unreachable = false;
    broker.servesNothing = true;
    time.advance(1_000);
    assertThat(pool.pinnedDirectMemory() + pool.pinnedHeapMemory()).isEqualTo(before);
    broker.servesNothing = false;
    time.advance(1_000);
    assertThat(done).isCompletedWithValue(true);
    assertThat(broker.letters).hasSize(1);
    assertThat(pool.pinnedDirectMemory() + pool.pinnedHeapMemory()).isEqualTo(before);
  }

  @Test
  void anAnswerThatCannotBeUsedEndsNothing() {
    log.append(1);
    broker.malformed = true;
    CompletableFuture<Boolean> done = copy(rejected(0, 0));
    time.advance(1_000);
    assertThat(done).isNotDone();
    broker.malformed = false;
    time.advance(1_000);
    assertThat(done).isCompletedWithValue(true);
    assertThat(broker.letters).hasSize(1);
  }

  @Test
  void whatIsInRecordsWaitsForALogThatIsSuspended() {
    log.append(2);
    log.suspended = true;
    CompletableFuture<Boolean> done = copy(rejected(0, 1));
    time.advance(300_000);
    assertThat(done).isNotDone();
    log.suspended = false;
    time.advance(1_000);
    assertThat(done).isCompletedWithValue(true);
    assertThat(broker.letters).extracting(LetterBroker.Stored::value).containsExactly("v0", "v1");
  }

  @Test
  void aBatchIsReadOnceForAllThatWasGivenUpInIt() {
    log.append(100);
    log.append(100);
    List<GivenUp> each = new ArrayList<>();
    for (int offset = 1; offset < 200; offset += 2) {
      each.add(rejected(offset, offset));
    }
    assertThat(copy(each.toArray(GivenUp[]::new))).isCompletedWithValue(true);
    assertThat(broker.letters).hasSize(100);
    assertThat(broker.letters.get(99).value()).isEqualTo("v199");
    assertThat(broker.letters).extracting(l -> l.header("__dlq.errors.offset")).doesNotHaveDuplicates();
    assertThat(log.reads).isEqualTo(1);
  }

  @Test
  void aLeaderThatHasResignedWritesNoMoreLetters() {
    log.append(1);
    broker.failWith = Errors.NOT_ENOUGH_REPLICAS;
    CompletableFuture<Boolean> done = copy(rejected(0, 0));
    time.advance(1_000);
    led = false;
    broker.failWith = Errors.NONE;
    time.advance(1_000);
    assertThat(done).isCompletedWithValue(false);
    assertThat(broker.letters).isEmpty();
  }

  @Test
  void aLeaderWhoseSuccessorIsKnownWritesNoMoreLetters() {
    log.append(1);
    epoch++;
    assertThat(copy(rejected(0, 0))).isCompletedWithValue(false);
    assertThat(broker.letters).isEmpty();
  }

  @Test
  void afterItsEndALinkFails() {
    Post post = post();
    post.links().close();
    assertThat(post.links().send(new BrokerId(1), ProduceRequest.API, new ProduceRequest(), new ProduceResponse(), r -> r).toCompletableFuture())
        .isCompletedExceptionally();
    assertThat(broker.connections).isZero();
  }
}
