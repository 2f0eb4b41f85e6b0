package io.margay.transactions.internal.markers;

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
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.WriteTxnMarkersRequest;
import io.margay.protocol.message.WriteTxnMarkersResponse.WritableTxnMarkerPartitionResult;
import io.margay.protocol.message.WriteTxnMarkersResponse.WritableTxnMarkerResult;
import io.margay.protocol.message.WriteTxnMarkersResponse.WritableTxnMarkerTopicResult;
import io.margay.protocol.message.WriteTxnMarkersResponse;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.partition.MarkerWriter;
import io.margay.spi.time.ManualTime;
import io.margay.transactions.internal.remote.FakeRemote;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Markers reach all partitions, here and on another broker, whatever fails at first. */
class MarkerSenderTest {
  private static final String OFFSETS = "__consumer_offsets";
  private static final TopicPartition HERE = new TopicPartition(OFFSETS, 0);
  private static final TopicPartition THERE = new TopicPartition("there", 0);
  private static final TopicPartition GONE = new TopicPartition("gone", 0);

  private final ManualTime time = new ManualTime();
  private final LocalMarkers local = new LocalMarkers(time, () -> 1_000);
  private final FakeRemote<WriteTxnMarkersRequest> remote = new FakeRemote<>(WriteTxnMarkersRequest::new, 2);
  private final List<WriteTxnMarkersRequest> sent = remote.sent;
  private final List<Integer> ended = new ArrayList<>();
  private Errors localError = Errors.NONE;
  private Error localFailure;
  private boolean wanted = true;
  private int most = 10;
  private final MarkerSender sender = new MarkerSender(new Brokers(MarkerSenderTest::image, new FakeSettings(), () -> remote), local, time,
      () -> most, new LineLimit(time));

  MarkerSenderTest() {
    local.add(new MarkerWriter() {
      @Override
      public String topic() {
        return OFFSETS;
      }

      @Override
      public CompletionStage<Errors> write(int partition, Marker marker) {
        if (localFailure != null) {
          throw localFailure;
        }
        return CompletableFuture.completedFuture(localError);
      }
    });
  }

  private static ClusterImage image() {
    BrokerId self = new FakeSettings().nodeId();
    BrokerId other = new BrokerId(self.value() + 1);
    TreeMap<BrokerId, BrokerImage> brokers = new TreeMap<>();
    for (BrokerId id : List.of(self, other)) {
      brokers.put(id, new BrokerImage(id, 1, List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "h", 9092)), null, false));
    }
    Map<String, TopicImage> topics = new HashMap<>();
    Map.of(OFFSETS, self, "there", other).forEach((name, leader) -> topics.put(name, new TopicImage(name, UUID.randomUUID(), false,
        List.of(new PartitionImage(0, List.of(leader), List.of(leader), leader, new LeaderEpoch(0), 0)))));
    return new ClusterImage("c", 1, self, brokers, TopicsImage.of(topics), Map.of(), Map.of());
  }

  private void send(int producerId, TopicPartition... partitions) {
    sender.send(new Ending(new MarkerWriter.Marker(producerId, (short) 1, true, 5, 2), Set.of(partitions), () -> wanted,
        () -> ended.add(producerId)));
  }

  private void answer(int index, Errors error) {
    WriteTxnMarkersResponse response = new WriteTxnMarkersResponse();
    sent.get(index).markers().forEach(m -> {
      WritableTxnMarkerResult result = new WritableTxnMarkerResult().setProducerId(m.producerId());
      m.topics().forEach(t -> {
        WritableTxnMarkerTopicResult topic = new WritableTxnMarkerTopicResult().setName(t.name());
        t.partitionIndexes().forEach(p ->
            topic.partitions().add(new WritableTxnMarkerPartitionResult().setPartitionIndex(p).setErrorCode(error.code())));
        result.topics().add(topic);
      });
      response.markers().add(result);
    });
    remote.answers.get(index).complete(response);
  }

  @Test
  void aTransactionEndsWhenAllItsPartitionsHaveTheMarker() {
    send(7, HERE, THERE, GONE);
    assertThat(ended).isEmpty();
    assertThat(sent).singleElement().satisfies(r -> {
      assertThat(r.markers()).hasSize(1);
      assertThat(r.markers().get(0).transactionResult()).isTrue();
      assertThat(r.markers().get(0).coordinatorEpoch()).isEqualTo(5);
      assertThat(r.markers().get(0).transactionVersion()).isEqualTo((byte) 2);
      assertThat(r.markers().get(0).topics()).extracting(t -> t.name()).containsExactly("there");
    });
    answer(0, Errors.NONE);
    assertThat(ended).containsExactly(7);
    assertThat(time.timers()).isZero();
  }

  @Test
  void whatFailsIsTriedAgainAndNothingElse() {
    localError = Errors.COORDINATOR_NOT_AVAILABLE;
    send(7, HERE, THERE);
    answer(0, Errors.NONE);
    time.advance(5_000);
    assertThat(ended).isEmpty();
    assertThat(sent).hasSize(1);
    localError = Errors.NONE;
    time.advance(1_000);
    assertThat(ended).containsExactly(7);
    send(8, THERE);
    answer(1, Errors.NOT_LEADER_OR_FOLLOWER);
    time.advance(100);
    answer(2, Errors.NONE);
    assertThat(ended).containsExactly(7, 8);
  }

  @Test
  void aBrokerThatCannotBeReachedIsTriedAgain() {
    remote.unreachable = true;
    send(7, THERE);
    time.advance(3_000);
    assertThat(sent).isEmpty();
    remote.unreachable = false;
    time.advance(1_000);
    remote.answers.get(0).completeExceptionally(new IOException("broken"));
    time.advance(1_000);
    answer(1, Errors.NONE);
    assertThat(ended).containsExactly(7);
  }

  @Test
  void markersForOneBrokerGoTogether() {
    send(1, THERE);
    send(2, THERE);
    send(3, THERE);
    assertThat(sent).hasSize(1);
    answer(0, Errors.NONE);
    assertThat(sent).hasSize(2);
    assertThat(sent.get(1).markers()).extracting(m -> m.producerId()).containsExactly(2L, 3L);
    answer(1, Errors.NONE);
    assertThat(ended).containsExactly(1, 2, 3);
  }

  @Test
  void aTopicThatHasBecomeAMirrorGetsNoMarker() {
    send(7, THERE);
    answer(0, Errors.POLICY_VIOLATION);
    assertThat(ended).containsExactly(7);
    time.advance(60_000);
    assertThat(sent).hasSize(1);
  }

  @Test
  void aNewerProducerOrCoordinatorIsNotFought() {
    send(7, THERE);
    answer(0, Errors.INVALID_PRODUCER_EPOCH);
    assertThat(ended).as("its transaction there has ended").containsExactly(7);
    send(8, THERE);
    answer(1, Errors.TRANSACTION_COORDINATOR_FENCED);
    time.advance(60_000);
    assertThat(sent).hasSize(2);
    assertThat(ended).containsExactly(7);
  }

  @Test
  void anEarlierCoordinatorStops() {
    remote.unreachable = true;
    send(7, THERE);
    wanted = false;
    remote.unreachable = false;
    time.advance(60_000);
    assertThat(sent).isEmpty();
    assertThat(time.timers()).isZero();
  }

  @Test
  void soManyAreUnderWayAtATime() {
    most = 1;
    send(1, THERE);
    send(2, HERE);
    send(3, HERE);
    assertThat(ended).isEmpty();
    answer(0, Errors.NONE);
    assertThat(ended).containsExactlyInAnyOrder(1, 2, 3);
    send(4, HERE);
    assertThat(ended).contains(4);
  }

  @Test
  void manyThatWaitAreBegunOneAfterTheOther() {
    most = 1;
    send(0, THERE);
    for (int i = 1; i <= 20_000; i++) {
      send(i, HERE);
    }
    answer(0, Errors.NONE);
    assertThat(ended).hasSize(20_001);
  }

  @Test
  void anErrorHereIsTriedAgainAndDoesNotHoldUpOthers() {
    most = 1;
    localFailure = new OutOfMemoryError("no memory for a marker");
    send(1, THERE);
    send(2, HERE);
    send(3, THERE);
    answer(0, Errors.NONE);
    assertThat(ended).containsExactly(1);
    localFailure = null;
    time.advance(1_000);
    assertThat(ended).containsExactly(1, 2);
    answer(1, Errors.NONE);
    assertThat(ended).containsExactly(1, 2, 3);
    assertThat(time.timers()).isZero();
  }

  @Test
  void aConnectionThatThrowsIsTriedAgain() {
    remote.broken = true;
    send(7, THERE);
    remote.broken = false;
    time.advance(1_000);
    answer(0, Errors.NONE);
    assertThat(ended).containsExactly(7);
  }
}
