package io.margay.replication.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.spi.controller.FakeController;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.partition.LeadershipListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PartitionManagerTest {
  private static final List<BrokerId> BOTH = List.of(TestBroker.SELF, TestBroker.OTHER);
  private final TestBroker broker = new TestBroker();

  @AfterEach
  void stop() {
    broker.close();
  }

  private static final class Recorder implements LeadershipListener {
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void onElected(LeaderPartition partition, LeaderEpoch epoch) {
      events.add("+" + partition.id() + "@" + epoch);
    }

    @Override
    public void onResigned(TopicPartition tp) {
      events.add("-" + tp);
    }

    void await(String... expected) {
      TestBroker.awaitTrue(() -> events.size() >= expected.length);
      assertThat(events).containsExactly(expected);
    }
  }

  @Test
  void servesANewTopicWhenTheImageWasTaken() {
    broker.start();
    broker.create("a", 3);
    assertThat(broker.replication.partitions().leader(new TopicPartition("a", 2)).leaderEpoch()).isEqualTo(new LeaderEpoch(0));
    assertThat(broker.replication.partitions().leader(new TopicPartition("a", 3))).isNull();
    assertThat(broker.replication.partitions().leader(new TopicPartition("b", 0))).isNull();
  }

  @Test
  void replicasThatThereIsNoRoomForStayClosedUntilThereIs() {
    broker.settings.set(ReplicationSettings.MARGAY_MAX_PARTITIONS_OPEN, "5");
    broker.start();
    broker.create("a", 4);
    broker.create("b", 4);
    broker.awaitOpen();
    assertThat(broker.leader("a", 3)).isNotNull();
    assertThat(broker.leader("b", 0)).isNotNull();
    assertThat(broker.leader("b", 1)).isNull();
    assertThat(broker.replication.table().whyNoLeader("b", 1)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    broker.delete("a");
    broker.create("c", 4);
    broker.awaitOpen();
    assertThat(broker.leader("c", 3)).isNotNull();
  }

  @Test
  void logsThatStayClosedAreDeletedWithTheirTopicOrWhenTheirReplicaMoves() {
    broker.settings.set(ReplicationSettings.MARGAY_MAX_PARTITIONS_OPEN, "1");
    broker.start();
    UUID id = broker.create("a", 3);
    UUID moved = broker.create("b", 2);
    broker.awaitOpen();
    assertThat(broker.leader("a", 1)).isNull();
    broker.change("b", 1, p -> TestBroker.partition(1, TestBroker.OTHER, 1, List.of(TestBroker.OTHER), List.of(TestBroker.OTHER)));
    TestBroker.awaitTrue(() -> broker.logs.deleted.contains(new TopicIdPartition(moved, new TopicPartition("b", 1))));
    broker.delete("a");
    for (int i = 0; i < 3; i++) {
      TopicIdPartition log = new TopicIdPartition(id, new TopicPartition("a", i));
      TestBroker.awaitTrue(() -> broker.logs.deleted.contains(log));
    }
    assertThat(broker.logs.deleted).hasSize(4);
  }

  @Test
  void opensManyInTheBackground() {
    broker.start();
    broker.create("many", 2000);
    broker.awaitOpen();
    for (int i = 0; i < 2000; i++) {
      assertThat(broker.leader("many", i)).isNotNull();
    }
  }

  @Test
  void doesNotWaitForLogsAtTheStart() {
    broker.logs.hold = new CountDownLatch(1);
    broker.create("a", 3);
    broker.start();
    assertThat(broker.replication.table().anyPaused()).isTrue();
    assertThat(broker.leader("a", 0)).isNull();
    broker.logs.hold.countDown();
    broker.awaitOpen();
    assertThat(broker.leader("a", 0)).isNotNull();
  }

  @Test
  void opensNothingBeforeThisProcessIsRegistered() {
    try (TestBroker young = starting()) {
      LateController controller = new LateController();
      young.replication.partitions().controller(controller);
      // so that the images below do not wait for the logs
      young.logs.hold = new CountDownLatch(1);
      young.register();
      young.create("later", 1);
      young.logs.hold.countDown();
      young.scheduler.advance(60_000);
      assertThat(young.replication.table().anyPaused()).isTrue();
      assertThat(young.leader("a", 0)).isNull();
      assertThat(young.leader("later", 0)).isNull();
      controller.registered.complete(null);
      young.awaitOpen();
      assertThat(young.leader("a", 2)).isNotNull();
      assertThat(young.leader("later", 0)).isNotNull();
    }
  }

  @Test
  void waitsForAControllerThatIsNotThereYet() {
    try (TestBroker young = starting()) {
      young.scheduler.advance(60_000);
      assertThat(young.leader("a", 0)).isNull();
      LateController controller = new LateController();
      controller.registered.complete(null);
      young.replication.partitions().controller(controller);
      young.awaitOpen();
      assertThat(young.leader("a", 0)).isNotNull();
    }
  }

  /** Knows late that this process is registered. */
  private static final class LateController extends FakeController {
    private final CompletableFuture<Void> registered = new CompletableFuture<>();

    @Override
    public boolean registered() {
      return registered.isDone();
    }

    @Override
    public CompletionStage<Void> whenRegistered() {
      return registered;
    }
  }

  /** A broker whose process has just begun, with a topic from before. */
  private static TestBroker starting() {
    TestBroker young = new TestBroker(null);
    young.create("a", 3);
    return young.start();
  }

  @Test
  void commitsWhatALogHeldWhenItWasOpened() {
    broker.start();
    UUID id = broker.create("a", 1);
    broker.append("a", 0, 5);
    broker.change("a", 0, p -> TestBroker.partition(0, TestBroker.OTHER, 1, BOTH, BOTH));
    assertThat(broker.leader("a", 0)).isNull();
    broker.change("a", 0, p -> TestBroker.partition(0, TestBroker.SELF, 2, BOTH, List.of(TestBroker.SELF)));
    assertThat(broker.leader("a", 0).highWatermark()).isEqualTo(5);
    assertThat(broker.leader("a", 0).id().topicId()).isEqualTo(id);
    assertThat(broker.log("a", 0).endOfEpoch(1).endOffset()).isEqualTo(5);
  }

  @Test
  void anOldLeadershipRefusesAppends() {
    broker.start();
    broker.create("a", 1);
    PartitionLeader old = broker.leader("a", 0);
    broker.change("a", 0, p -> TestBroker.partition(0, TestBroker.SELF, 1, p.replicas(), p.isr()));
    assertThat(broker.leader("a", 0)).isNotSameAs(old);
    assertThat(old.append(TestBroker.batch(1), io.margay.spi.log.PartitionLog.Origin.CLIENT).error())
        .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    List<Errors> told = new ArrayList<>();
    old.whenCommitted(1, 100, told::add);
    assertThat(told).containsExactly(Errors.NOT_LEADER_OR_FOLLOWER);
    broker.put("r", KafkaUuid.random(), List.of(TestBroker.partition(0, TestBroker.SELF, 0, BOTH, BOTH)), Map.of());
    broker.append("r", 0, 1);
    broker.leader("r", 0).whenCommitted(1, 100, told::add);
    broker.delete("r");
    assertThat(told).containsExactly(Errors.NOT_LEADER_OR_FOLLOWER, Errors.NOT_LEADER_OR_FOLLOWER);
  }

  @Test
  void tellsCommitsAndTimeouts() {
    broker.start();
    broker.settings.set(ReplicaSettings.MARGAY_REPLICA_STALL_MS, "0");
    broker.put("a", KafkaUuid.random(), List.of(TestBroker.partition(0, TestBroker.SELF, 0, BOTH, BOTH)), Map.of());
    broker.append("a", 0, 2);
    PartitionLeader leader = broker.leader("a", 0);
    List<Errors> told = new ArrayList<>();
    leader.whenCommitted(0, 100, told::add);
    assertThat(told).containsExactly(Errors.NONE);
    leader.whenCommitted(2, 100, told::add);
    leader.whenCommitted(1, 200, told::add);
    broker.scheduler.advance(100);
    assertThat(told).containsExactly(Errors.NONE, Errors.REQUEST_TIMED_OUT);
    broker.change("a", 0, p -> TestBroker.partition(0, TestBroker.SELF, 0, BOTH, List.of(TestBroker.SELF)));
    assertThat(told).containsExactly(Errors.NONE, Errors.REQUEST_TIMED_OUT, Errors.NONE);
    assertThat(broker.scheduler.size()).as("only the one for lagging followers").isEqualTo(1);
  }

  @Test
  void deletesTheLogsOfATopicThatIsGone() {
    broker.start();
    UUID id = broker.create("a", 2);
    broker.delete("a");
    assertThat(broker.replication.table().topic("a")).isNull();
    assertThat(broker.replication.table().topic(id)).isNull();
    TestBroker.awaitTrue(() -> broker.logs.deleted.size() == 2);
  }

  @Test
  void opensANamesakeAfterTheDeletion() {
    broker.start();
    UUID first = broker.create("a", 1);
    broker.append("a", 0, 1);
    broker.delete("a");
    UUID second = broker.create("a", 1);
    assertThat(second).isNotEqualTo(first);
    broker.awaitOpen();
    TestBroker.awaitTrue(() -> broker.leader("a", 0) != null);
    assertThat(broker.leader("a", 0).highWatermark()).isZero();
    assertThat(broker.logs.deleted).containsExactly(new TopicIdPartition(first, new TopicPartition("a", 0)));
  }

  @Test
  void replacesATopicWithAnotherIdInOneImage() {
    broker.start();
    UUID first = broker.create("a", 1);
    broker.put("a", KafkaUuid.random(), List.of(TestBroker.led(0)), Map.of());
    broker.awaitOpen();
    assertThat(broker.replication.table().topic(first)).isNull();
    TestBroker.awaitTrue(() -> broker.leader("a", 0) != null);
  }

  @Test
  void setsAsideWhatIsStoredAndUnknown() {
    UUID known = broker.create("a", 1);
    TopicIdPartition stray = new TopicIdPartition(KafkaUuid.random(), new TopicPartition("a", 0));
    TopicIdPartition moved = new TopicIdPartition(known, new TopicPartition("a", 1));
    TopicIdPartition kept = new TopicIdPartition(known, new TopicPartition("a", 0));
    TopicIdPartition withoutId = new TopicIdPartition(KafkaUuid.ZERO, new TopicPartition("a", 0));
    broker.logs.stored = List.of(stray, moved, kept, withoutId);
    broker.start();
    TestBroker.awaitTrue(() -> broker.leader("a", 0) != null);
    // each is set aside by a task of its own
    TestBroker.awaitTrue(() -> broker.logs.aside.size() >= 2);
    assertThat(broker.logs.aside).containsExactlyInAnyOrder(stray, moved);
    assertThat(broker.logs.deleted).isEmpty();
  }

  @Test
  void leavesWhatCannotBeSetAside() {
    broker.create("a", 1);
    broker.logs.stored = List.of(new TopicIdPartition(KafkaUuid.random(), new TopicPartition("a", 0)));
    broker.logs.asideFailure = new IOException("no disk");
    broker.start();
    TestBroker.awaitTrue(() -> broker.leader("a", 0) != null);
    assertThat(broker.logs.deleted).isEmpty();
  }

  @Test
  void setsAsideWhatANewControllerDoesNotKnow() {
    broker.start();
    UUID lost = broker.create("a", 1);
    broker.create("b", 1);
    broker.lose("a");
    broker.start();
    assertThat(broker.replication.table().topic("a")).isNull();
    TestBroker.awaitTrue(() -> broker.logs.aside.equals(Set.of(new TopicIdPartition(lost, new TopicPartition("a", 0)))));
    assertThat(broker.logs.deleted).isEmpty();
    assertThat(broker.leader("b", 0)).isNotNull();
  }

  @Test
  void keepsEverythingWhenTheClusterHasNoTopics() {
    broker.logs.stored = List.of(new TopicIdPartition(KafkaUuid.random(), new TopicPartition("a", 0)));
    broker.start();
    broker.close();
    assertThat(broker.logs.deleted).isEmpty();
    assertThat(broker.logs.aside).isEmpty();
  }

  @Test
  void leadsAgainWhenAnEpochCouldNotBegin() {
    broker.start();
    broker.create("a", 1);
    broker.log("a", 0).epochFailure = new IOException("no space");
    broker.change("a", 0, p -> TestBroker.partition(0, TestBroker.SELF, 1, p.replicas(), p.isr()));
    assertThat(broker.leader("a", 0)).isNull();
    assertThat(broker.replication.table().whyNoLeader("a", 0)).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    broker.scheduler.advance(LocalReplica.RETRY_MS);
    assertThat(broker.leader("a", 0)).isNull();
    broker.log("a", 0).epochFailure = null;
    broker.scheduler.advance(LocalReplica.RETRY_MS);
    assertThat(broker.leader("a", 0).leaderEpoch()).isEqualTo(new LeaderEpoch(1));
    assertThat(broker.scheduler.size()).isZero();
  }

  @Test
  void aTimerThatComesBeforeTheWaiterEndsTheWait() {
    broker.start();
    broker.put("a", KafkaUuid.random(), List.of(TestBroker.partition(0, TestBroker.SELF, 0, BOTH, BOTH)), Map.of());
    broker.append("a", 0, 2);
    broker.scheduler.runAtOnce();
    List<Errors> told = new ArrayList<>();
    broker.leader("a", 0).whenCommitted(2, 100, told::add);
    assertThat(told).containsExactly(Errors.REQUEST_TIMED_OUT);
  }

  @Test
  void oneWaiterThatFailsDoesNotKeepTheOthersFromTheirAnswer() {
    broker.start();
    broker.put("a", KafkaUuid.random(), List.of(TestBroker.partition(0, TestBroker.SELF, 0, BOTH, BOTH)), Map.of());
    broker.append("a", 0, 2);
    List<Errors> told = new ArrayList<>();
    broker.leader("a", 0).whenCommitted(1, 100, told::add);
    broker.leader("a", 0).whenCommitted(1, 100, error -> {
      throw new AssertionError("of this test");
    });
    broker.leader("a", 0).whenCommitted(1, 100, told::add);
    broker.leader("a", 0).onFollowerFetch(2, 1, 2, 0);
    assertThat(told).containsExactly(Errors.NONE, Errors.NONE);
  }

  @Test
  void triesAgainWhatCannotBeOpened() {
    broker.logs.openFailure = new IOException("no disk");
    broker.start();
    broker.create("a", 1);
    broker.awaitOpen();
    assertThat(broker.replication.table().whyNoLeader("a", 0)).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    broker.logs.openFailure = null;
    broker.scheduler.advance(5000);
    broker.awaitOpen();
    assertThat(broker.leader("a", 0)).isNotNull();
  }

  @Test
  void followsConfigurations() {
    broker.start();
    broker.create("a", 2);
    assertThat(broker.log("a", 1).config().batches().maxBytes()).isEqualTo(1_048_588);
    broker.configure("a", Map.of("max.message.bytes", "77"));
    assertThat(broker.log("a", 1).config().batches().maxBytes()).isEqualTo(77);
  }

  @Test
  void tellsListenersInOrder() {
    Recorder early = new Recorder();
    broker.replication.partitions().addListener(early);
    broker.start();
    broker.create("a", 1);
    broker.change("a", 0, p -> TestBroker.partition(0, TestBroker.SELF, 1, p.replicas(), p.isr()));
    early.await("+a-0@0", "-a-0", "+a-0@1");
    Recorder late = new Recorder();
    broker.replication.partitions().addListener(late);
    late.await("+a-0@1");
    broker.replication.partitions().removeListener(late);
    broker.delete("a");
    early.await("+a-0@0", "-a-0", "+a-0@1", "-a-0");
    late.await("+a-0@1");
  }

  @Test
  void resignsAndClosesItsLogsAtTheEnd() throws InterruptedException {
    Recorder recorder = new Recorder();
    broker.replication.partitions().addListener(recorder);
    broker.start();
    broker.create("a", 1);
    FakeLog log = broker.log("a", 0);
    CountDownLatch done = new CountDownLatch(1);
    new Thread(() -> {
      broker.close();
      done.countDown();
    }).start();
    assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
    recorder.await("+a-0@0", "-a-0");
    assertThat(log.isClosed()).isTrue();
    assertThat(broker.leader("a", 0)).isNull();
  }

  @Test
  void aNewControllerChangesNothing() {
    broker.start();
    broker.create("a", 1);
    PartitionLeader leader = broker.leader("a", 0);
    broker.start();
    assertThat(broker.leader("a", 0)).isSameAs(leader);
  }
}
