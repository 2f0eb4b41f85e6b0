package io.margay.controller.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.controller.internal.state.Command.UpdateFeatures;
import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.MetadataPublisher;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.spi.consensus.MetadataLog;
import io.margay.spi.controller.Controller.ProducerIdBlock;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.placement.ReplicaPlacer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ControllerRuntimeTest {
  private static final List<Endpoint> ENDPOINTS = List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "h", 9092));
  private final InMemoryLog log = new InMemoryLog();
  private final NamedServices<ReplicaPlacer> placers = FakePlacers.installed();
  private ControllerRuntime controller;

  @BeforeEach
  void start() {
    controller = new ControllerRuntime(log, OtherSettings.known(), placers, FakePlacers.partitioners(), LoneNode.outside());
    controller.start();
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  private Errors create(String name) throws Exception {
    return controller.createTopic(name, 1, 1, Map.of(), false).toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private ProducerIdBlock block() throws Exception {
    return controller.allocateProducerIds().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  /** Remembers what it is told. */
  private static final class Recorder implements MetadataPublisher {
    private final List<ClusterDelta> deltas = Collections.synchronizedList(new ArrayList<>());
    private final List<String> topics = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void onImage(ClusterDelta delta, ClusterImage image) {
      deltas.add(delta);
      delta.changedTopics().stream().map(TopicImage::name).sorted().forEach(topics::add);
    }
  }

  @Test
  void newClusterGetsItsIdAndFeatures() throws Exception {
    block();
    assertThat(controller.image().clusterId()).isEqualTo(log.clusterId());
    assertThat(controller.image().features()).containsEntry("metadata.version", (short) 33);
    assertThat(controller.image().controller()).isEqualTo(new BrokerId(1));
  }

  @Test
  void commandsThatTheClusterDoesNotSupportYetAreNotProposed() throws Exception {
    block();
    int before = log.size();
    controller.propose(new UpdateFeatures(new TreeMap<>(Map.of("metadata.version", (short) 6)))).toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
    assertThatThrownBy(this::block).hasMessageContaining("metadata.version is 6; this needs 7");
    controller.propose(new UpdateFeatures(new TreeMap<>(Map.of("metadata.version", (short) 7)))).toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
    block();
    assertThat(log.size()).isEqualTo(before + 3);
  }

  @Test
  void blocksOfProducerIdsFollowEachOther() throws Exception {
    ProducerIdBlock first = block();
    assertThat(first.size()).isEqualTo(1000);
    assertThat(block()).isEqualTo(new ProducerIdBlock(first.first() + 1000, 1000));
  }

  @Test
  void topicNeedsARegisteredBroker() throws Exception {
    assertThat(create("a")).isEqualTo(Errors.INVALID_REPLICATION_FACTOR);
    assertThat(controller.registered()).isFalse();
    controller.register(ENDPOINTS);
    block();
    assertThat(controller.registered()).isTrue();
    assertThat(create("a")).isEqualTo(Errors.NONE);
    assertThat(create("a")).isEqualTo(Errors.TOPIC_ALREADY_EXISTS);
    assertThat(create("a b")).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
  }

  @Test
  void lateJoinerIsToldOfEverythingFirst() throws Exception {
    controller.register(ENDPOINTS);
    block();
    create("a");
    Recorder late = new Recorder();
    controller.addPublisher(late, 0);
    create("b");
    assertThat(late.topics).containsExactly("a", "b");
    assertThat(late.deltas.get(0).first()).isTrue();
    assertThat(late.deltas.get(0).brokersChanged()).isTrue();
    assertThat(late.deltas.get(1).first()).isFalse();
    controller.removePublisher(late);
    create("c");
    assertThat(late.topics).containsExactly("a", "b");
  }

  @Test
  void imageIsThereBeforePublishersAndTheAnswerAfterThem() throws Exception {
    controller.register(ENDPOINTS);
    block();
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    controller.addPublisher((delta, image) -> {
      if (!delta.first()) {
        assertThat(controller.image()).isSameAs(image);
        entered.countDown();
        try {
          go.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }, 0);
    CompletableFuture<Errors> answer = controller.createTopic("a", 1, 1, Map.of(), false).toCompletableFuture();
    entered.await();
    assertThat(controller.image().topic("a")).isNotNull();
    assertThat(answer).isNotDone();
    go.countDown();
    assertThat(answer.get(60, TimeUnit.SECONDS)).isEqualTo(Errors.NONE);
  }

  @Test
  void higherRankingIsToldEarlierAndAFailureStopsNobody() throws Exception {
    controller.register(ENDPOINTS);
    block();
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    controller.addPublisher((delta, image) -> order.add("low"), -5);
    controller.addPublisher((delta, image) -> {
      order.add("high");
      throw new IllegalStateException("on purpose");
    }, 5);
    controller.addPublisher((delta, image) -> order.add("mid"), 0);
    // Each publisher is told of everything when it joins; the last one joined has been told when the removal of another returns.
    controller.removePublisher((delta, image) -> { });
    order.clear();
    create("a");
    assertThat(order).containsExactly("high", "mid", "low");
  }

  @Test
  void publisherMayProposeAndLeaveFromItsCall() throws Exception {
    controller.register(ENDPOINTS);
    block();
    CompletableFuture<Errors> second = new CompletableFuture<>();
    MetadataPublisher[] self = new MetadataPublisher[1];
    self[0] = (delta, image) -> {
      if (image.topic("a") != null) {
        controller.removePublisher(self[0]);
        controller.createTopic("b", 1, 1, Map.of(), false).whenComplete((e, failure) -> second.complete(e));
      }
    };
    controller.addPublisher(self[0], 0);
    create("a");
    assertThat(second.get(60, TimeUnit.SECONDS)).isEqualTo(Errors.NONE);
  }

  @Test
  void replacementContinuesWhereTheOneBeforeLeft() throws Exception {
    controller.register(ENDPOINTS);
    block();
    create("a");
    ClusterImage before = controller.image();
    controller.close();
    assertThatThrownBy(this::block).hasCauseInstanceOf(MetadataLog.NotLeaderException.class);
    assertThat(create("b")).isEqualTo(Errors.NOT_CONTROLLER);
    controller = new ControllerRuntime(log, OtherSettings.known(), placers, FakePlacers.partitioners(), LoneNode.outside());
    controller.start();
    assertThat(controller.image()).isEqualTo(before);
    controller.register(ENDPOINTS);
    block();
    assertThat(controller.image().partition(new TopicPartition("a", 0)).leaderEpoch().value()).isZero();
    assertThat(controller.image().brokers()).isEqualTo(before.brokers());
  }

  @Test
  void openProposalsFailWhenTheControllerLeaves() throws Exception {
    log.hold(true);
    CompletableFuture<ProducerIdBlock> open = controller.allocateProducerIds().toCompletableFuture();
    controller.close();
    assertThatThrownBy(() -> open.get(60, TimeUnit.SECONDS)).hasCauseInstanceOf(MetadataLog.NotLeaderException.class);
  }
}
