package io.margay.transactions.internal;

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
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.AddPartitionsToTxnRequest;
import io.margay.protocol.message.AddPartitionsToTxnResponse.AddPartitionsToTxnPartitionResult;
import io.margay.protocol.message.AddPartitionsToTxnResponse.AddPartitionsToTxnResult;
import io.margay.protocol.message.AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult;
import io.margay.protocol.message.AddPartitionsToTxnResponse;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.partition.TransactionVerifier.Claim;
import io.margay.spi.time.ManualTime;
import io.margay.transactions.internal.handlers.RefusingService;
import io.margay.transactions.internal.remote.FakeRemote;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Partitions are verified with the coordinator of their transaction, here or on another broker, and each question gets an answer. */
class CoordinatedVerifierTest {
  /** Transactional ids whose shards are led by this broker and by the other one. */
  private static final Claim HERE = new Claim("b", 7, (short) 3);
  private static final Claim THERE = new Claim("a", 8, (short) 4);
  private static final TopicPartition TP = new TopicPartition("t", 0);
  private static final BrokerId SELF = new FakeSettings().nodeId();
  private static final int MOST_PENDING = 10_000;

  private final ManualTime time = new ManualTime();
  private final FakeRemote<AddPartitionsToTxnRequest> remote = new FakeRemote<>(AddPartitionsToTxnRequest::new, 5);
  private final List<Integer> versions = new ArrayList<>();
  private final List<CompletableFuture<Errors>> added = new ArrayList<>();
  private ClusterImage image = image(true);
  private boolean broken;
  private final CoordinatedVerifier verifier = new CoordinatedVerifier(new RefusingService() {
    @Override
    public CompletableFuture<Errors> add(Claim claim, Set<TopicPartition> partitions, int version, long bytes) {
      if (broken) {
        throw new IllegalStateException("broken");
      }
      assertThat(partitions).containsExactly(TP);
      versions.add(version);
      added.add(new CompletableFuture<>());
      return added.get(added.size() - 1);
    }

    @Override
    public CompletableFuture<Map<TopicPartition, Errors>> verify(Claim claim, Set<TopicPartition> partitions, long bytes) {
      return claim.producerId() == HERE.producerId() ? CompletableFuture.completedFuture(Map.of(TP, Errors.TRANSACTION_ABORTABLE))
          : super.verify(claim, partitions, bytes);
    }
  }, new TransactionTopic(() -> image, SELF, () -> 2), new Brokers(() -> image, new FakeSettings(), () -> remote), time,
      new CoordinatedVerifier.Retry(20, 100));

  private static ClusterImage image(boolean withTopic) {
    BrokerId other = new BrokerId(SELF.value() + 1);
    TreeMap<BrokerId, BrokerImage> brokers = new TreeMap<>();
    List<PartitionImage> partitions = new ArrayList<>();
    for (BrokerId id : List.of(SELF, other)) {
      brokers.put(id, new BrokerImage(id, 1, List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "h", 9092)), null, false));
      partitions.add(new PartitionImage(partitions.size(), List.of(id), List.of(id), id, new LeaderEpoch(0), 0));
    }
    Map<String, TopicImage> topics = withTopic
        ? Map.of(TransactionTopic.NAME, new TopicImage(TransactionTopic.NAME, UUID.randomUUID(), true, partitions)) : Map.of();
    return new ClusterImage("c", 1, SELF, brokers, TopicsImage.of(topics), Map.of(), Map.of());
  }

  private CompletableFuture<Errors> verify(Claim claim, boolean add) {
    return verifier.verify(claim, TP, add).toCompletableFuture();
  }

  private static AddPartitionsToTxnResponse response(Claim claim, Errors error) {
    AddPartitionsToTxnTopicResult topic = new AddPartitionsToTxnTopicResult().setName(TP.topic()).setResultsByPartition(
        List.of(new AddPartitionsToTxnPartitionResult().setPartitionIndex(TP.partition()).setPartitionErrorCode(error.code())));
    return new AddPartitionsToTxnResponse().setResultsByTransaction(List.of(
        new AddPartitionsToTxnResult().setTransactionalId(claim.transactionalId()).setTopicResults(List.of(topic))));
  }

  @Test
  void thisBrokersCoordinatorIsAskedDirectly() {
    CompletableFuture<Errors> answer = verify(HERE, true);
    assertThat(answer).isNotDone();
    added.get(0).complete(Errors.NONE);
    assertThat(answer).isCompletedWithValue(Errors.NONE);
    assertThat(versions).as("the version that adds").containsExactly(2);
    assertThat(verify(HERE, false)).isCompletedWithValue(Errors.TRANSACTION_ABORTABLE);
    assertThat(verify(new Claim("b", 99, (short) 0), false)).isCompletedWithValue(Errors.PRODUCER_FENCED);
    assertThat(remote.sent).isEmpty();
  }

  @Test
  void anotherBrokersCoordinatorIsAskedWithOneRequestAtATime() {
    CompletableFuture<Errors> first = verify(THERE, false);
    CompletableFuture<Errors> second = verify(THERE, false);
    CompletableFuture<Errors> newer = verify(new Claim("a", 8, (short) 5), false);
    assertThat(remote.sent).singleElement().satisfies(r -> assertThat(r.transactions()).singleElement().satisfies(t -> {
      assertThat(t.transactionalId()).isEqualTo("a");
      assertThat(t.producerId()).isEqualTo(8);
      assertThat(t.producerEpoch()).isEqualTo((short) 4);
      assertThat(t.verifyOnly()).isTrue();
      assertThat(t.topics()).extracting(topic -> topic.name()).containsExactly("t");
    }));
    remote.answers.get(0).complete(response(THERE, Errors.NONE));
    assertThat(first).isCompletedWithValue(Errors.NONE);
    assertThat(second).isNotDone();
    assertThat(newer).as("a request has each id once").isCompletedWithValue(Errors.CONCURRENT_TRANSACTIONS);
    remote.answers.get(1).complete(new AddPartitionsToTxnResponse().setErrorCode(Errors.CLUSTER_AUTHORIZATION_FAILED.code()));
    assertThat(second).isCompletedWithValue(Errors.CLUSTER_AUTHORIZATION_FAILED);
    CompletableFuture<Errors> third = verify(THERE, true);
    assertThat(remote.sent.get(2).transactions().get(0).verifyOnly()).isFalse();
    remote.answers.get(2).complete(new AddPartitionsToTxnResponse());
    assertThat(third).as("an answer without the partition").isCompletedWithValue(Errors.UNKNOWN_SERVER_ERROR);
  }

  @Test
  void aBrokerThatCannotBeAskedIsNoCoordinator() {
    remote.unreachable = true;
    assertThat(verify(THERE, true)).isCompletedWithValue(Errors.COORDINATOR_NOT_AVAILABLE);
    remote.unreachable = false;
    remote.broken = true;
    assertThat(verify(THERE, true)).isCompletedWithValue(Errors.COORDINATOR_NOT_AVAILABLE);
    remote.broken = false;
    CompletableFuture<Errors> answer = verify(THERE, true);
    remote.answers.get(0).completeExceptionally(new IOException("broken"));
    assertThat(answer).isCompletedWithValue(Errors.COORDINATOR_NOT_AVAILABLE);
    image = image(false);
    assertThat(verify(THERE, true)).isCompletedWithValue(Errors.COORDINATOR_NOT_AVAILABLE);
  }

  @Test
  void whileTheLastTransactionEndsAddingIsTriedAgainForAMoment() {
    CompletableFuture<Errors> answer = verify(HERE, true);
    added.get(0).complete(Errors.CONCURRENT_TRANSACTIONS);
    assertThat(answer).isNotDone();
    time.advance(20);
    assertThat(added).hasSize(2);
    added.get(1).complete(Errors.NONE);
    assertThat(answer).isCompletedWithValue(Errors.NONE);
    CompletableFuture<Errors> late = verify(HERE, true);
    for (int i = 2; i < added.size(); i++) {
      added.get(i).complete(Errors.CONCURRENT_TRANSACTIONS);
      time.advance(20);
    }
    assertThat(added).as("one, and five in 100 ms").hasSize(8);
    assertThat(late).isCompletedWithValue(Errors.CONCURRENT_TRANSACTIONS);
    assertThat(time.timers()).isZero();
  }

  @Test
  void aBugIsAnAnswerToo() {
    broken = true;
    assertThat(verify(HERE, true)).isCompletedWithValue(Errors.UNKNOWN_SERVER_ERROR);
    broken = false;
    CompletableFuture<Errors> answer = verify(HERE, true);
    added.get(0).complete(Errors.CONCURRENT_TRANSACTIONS);
    broken = true;
    time.advance(20);
    assertThat(answer).isCompletedWithValue(Errors.UNKNOWN_SERVER_ERROR);
  }

  @Test
  void closingAnswersAllThatWaits() {
    CompletableFuture<Errors> here = verify(HERE, true);
    CompletableFuture<Errors> pausing = verify(HERE, true);
    added.get(1).complete(Errors.CONCURRENT_TRANSACTIONS);
    CompletableFuture<Errors> sent = verify(THERE, true);
    CompletableFuture<Errors> queued = verify(THERE, true);
    verifier.close();
    assertThat(List.of(here, pausing, sent, queued, verify(HERE, true), verify(THERE, true))).allSatisfy(answer ->
        assertThat(answer).isCompletedWithValue(Errors.COORDINATOR_NOT_AVAILABLE));
  }

  @Test
  void soManyQuestionsAreOpenAtATime() {
    for (int i = 0; i < MOST_PENDING; i++) {
      assertThat(verify(HERE, true)).isNotDone();
    }
    assertThat(verify(HERE, true)).isCompletedWithValue(Errors.COORDINATOR_NOT_AVAILABLE);
    added.get(0).complete(Errors.NONE);
    assertThat(verify(HERE, true)).isNotDone();
  }
}
