package io.margay.groups.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.groups.internal.streams.Topology;
import io.margay.protocol.Errors;
import io.margay.protocol.message.StreamsGroupHeartbeatRequest;
import io.margay.spi.assignor.TaskId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Streams groups get tasks when the topics of their topology are there and fit together. */
class StreamsTopologyTest extends StreamsFixture {
  @Test
  void internalTopicsAreAskedForWithTheirPartitionsAndSettings() {
    topics(Map.of("t", 3));
    TestStreams a = member("a").beat();
    assertThat(a.statuses()).containsExactly(NO_INTERNAL);
    assertThat(a.last.status().get(0).statusDetail()).isEqualTo("Internal topics are missing: [app-counts, app-words]");
    assertThat(a.missing).extracting(t -> t.name() + " " + t.partitions() + " " + t.configs())
        .containsExactly("app-counts 3 {cleanup.policy=compact}", "app-words 3 {}");
    assertThat(a.last.activeTasks()).isEmpty();
    assertThat(a.last.heartbeatIntervalMs()).isEqualTo(500);
    assertThat(described().groupState()).isEqualTo("NotReady");
    assertThat(described().topology().subtopologies()).isNull();
    f.groups.streams().create(a.missing);
    assertThat(f.creator.created).isEqualTo(Map.of("app-counts", 3, "app-words", 3));
    allTopics(3);
    a.beat();
    assertThat(a.statuses()).isEmpty();
    assertThat(a.owned.active()).isEqualTo(tasks(3));
    assertThat(described().groupState()).isEqualTo("Stable");
  }

  @Test
  void whyTopicsCannotBeCreatedIsKeptUntilTheyAre() {
    topics(Map.of("t", 1));
    TestStreams a = member("a").beat();
    f.creator.answer = Errors.POLICY_VIOLATION;
    assertThat(f.groups.streams().create(a.missing)).isEmpty();
    assertThat(f.groups.streams().create(a.missing)).isEqualTo(Map.of("app-counts", Errors.POLICY_VIOLATION.message(),
        "app-words", Errors.POLICY_VIOLATION.message()));
    f.creator.answer = Errors.NONE;
    f.time.advance(1_000);
    f.groups.streams().create(a.missing);
    assertThat(f.groups.streams().create(a.missing)).isEmpty();
  }

  @Test
  void aTopicThatCouldNotBeCreatedIsTriedAgainAfterPausesThatGrow() {
    List<Topology.Internal> topic = List.of(new Topology.Internal("app-counts", 1, (short) 1, Map.of()));
    f.creator.answer = Errors.POLICY_VIOLATION;
    f.groups.streams().create(topic);
    for (long pauseMs : List.of(1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 30_000L, 30_000L)) {
      int before = f.creator.calls;
      f.time.advance(pauseMs - 1);
      f.groups.streams().create(topic);
      assertThat(f.creator.calls).isEqualTo(before);
      f.time.advance(1);
      f.groups.streams().create(topic);
      assertThat(f.creator.calls).isEqualTo(before + 1);
    }
  }

  @Test
  void aCreationThatDoesNotEndIsTriedAgain() {
    List<Topology.Internal> topic = List.of(new Topology.Internal("app-counts", 1, (short) 1, Map.of()));
    f.creator.failure = new IllegalStateException("the controller is away");
    f.groups.streams().create(topic);
    f.time.advance(1_000);
    f.creator.failure = null;
    f.creator.later = new CompletableFuture<>();
    assertThat(f.groups.streams().create(topic)).isEqualTo(Map.of("app-counts", "the controller is away"));
    f.time.advance(InternalTopics.LOST_MS - 1);
    f.groups.streams().create(topic);
    assertThat(f.creator.calls).as("one at a time").isEqualTo(2);
    f.time.advance(1);
    f.creator.later = null;
    f.groups.streams().create(topic);
    assertThat(f.creator.created).containsOnlyKeys("app-counts");
    assertThat(f.groups.streams().create(topic)).isEmpty();
  }

  @Test
  void aLateFailureOfALostAttemptDoesNotEndTheNextOne() {
    List<Topology.Internal> topic = List.of(new Topology.Internal("app-counts", 2, (short) 1, Map.of()));
    CompletableFuture<Errors> lost = new CompletableFuture<>();
    f.creator.later = lost;
    f.groups.streams().create(topic);
    f.time.advance(InternalTopics.LOST_MS);
    f.creator.later = new CompletableFuture<>();
    f.groups.streams().create(topic);
    lost.complete(Errors.REQUEST_TIMED_OUT);
    f.time.advance(InternalTopics.LONGEST_PAUSE_MS);
    f.groups.streams().create(topic);
    assertThat(f.creator.calls).as("one at a time").isEqualTo(2);
  }

  @Test
  void onlySoManyTopicsAreCreatedAtATime() {
    f.creator.later = new CompletableFuture<>();
    List<Topology.Internal> many = IntStream.range(0, InternalTopics.MOST + 1)
        .mapToObj(i -> new Topology.Internal("app-" + i, 1, (short) 1, Map.of())).toList();
    f.groups.streams().create(many);
    assertThat(f.creator.calls).isEqualTo(InternalTopics.MOST);
    f.time.advance(InternalTopics.LOST_MS);
    f.groups.streams().create(many.subList(InternalTopics.MOST, many.size()));
    assertThat(f.creator.calls).isEqualTo(InternalTopics.MOST + 1);
  }

  @Test
  void sourceTopicsThatAreMissingAreNamed() {
    topics(Map.of("u", 1));
    TestStreams a = member("a").beat();
    assertThat(a.statuses()).containsExactly(NO_SOURCE);
    assertThat(a.last.status().get(0).statusDetail()).isEqualTo("Source topics t are missing.");
    assertThat(a.missing).isEmpty();
  }

  @Test
  void tasksAreTakenBackWhenTheirTopicGoes() {
    allTopics(2);
    TestStreams a = member("a").beat();
    topics(Map.of("app-words", 2, "app-counts", 2));
    settle(a);
    assertThat(a.statuses()).containsExactly(NO_SOURCE);
    assertThat(a.owned.active()).isEmpty();
    allTopics(2);
    settle(a);
    assertThat(a.owned.active()).isEqualTo(tasks(2));
  }

  @Test
  void internalTopicsWithOtherPartitionsAreRefused() {
    topics(Map.of("t", 2, "app-words", 2, "app-counts", 3));
    assertThat(member("a").beat().statuses()).containsExactly(WRONG_PARTITIONS);
  }

  @Test
  void topicsThatAreReadTogetherHaveAsManyPartitions() {
    topics(Map.of("t", 2, "u", 3));
    TestStreams a = member("a");
    StreamsGroupHeartbeatRequest.Subtopology join = new StreamsGroupHeartbeatRequest.Subtopology().setSubtopologyId("0")
        .setSourceTopics(new ArrayList<>(List.of("t", "u")));
    join.copartitionGroups().add(new StreamsGroupHeartbeatRequest.CopartitionGroup().setSourceTopics(List.of((short) 0, (short) 1)));
    a.topology = new StreamsGroupHeartbeatRequest.Topology().setSubtopologies(new ArrayList<>(List.of(join)));
    a.beat();
    assertThat(a.statuses()).containsExactly(WRONG_PARTITIONS);
    assertThat(a.last.status().get(0).statusDetail())
        .isEqualTo("Following topics do not have the same number of partitions: [t=2, u=3]");
    topics(Map.of("t", 3, "u", 3));
    assertThat(a.beat().owned.active()).hasSize(3);
  }

  @Test
  void aTopicBetweenPartsGetsThePartitionsOfTheSourceThatItIsReadWith() {
    topics(Map.of("t", 2, "u", 5));
    TestStreams a = member("a");
    a.topology = TestStreams.wordCount(0);
    StreamsGroupHeartbeatRequest.Subtopology second = a.topology.subtopologies().get(1).setSourceTopics(new ArrayList<>(List.of("u")));
    second.copartitionGroups().add(new StreamsGroupHeartbeatRequest.CopartitionGroup().setSourceTopics(List.of((short) 0))
        .setRepartitionSourceTopics(List.of((short) 0)));
    a.beat();
    assertThat(a.missing).extracting(t -> t.name() + " " + t.partitions()).containsExactly("app-counts 5", "app-words 5");
  }

  @Test
  void tooManyTasksAreNotAssigned() {
    f.streams.maxTasks = 5;
    allTopics(3);
    TestStreams a = member("a").beat();
    assertThat(a.statuses()).containsExactly(WRONG_PARTITIONS);
    assertThat(a.owned.active()).isEmpty();
  }

  @Test
  void aChangeOfTopicsIsNotForgottenWhenItCannotBeWritten() {
    allTopics(2);
    TestStreams a = member("a").beat();
    allTopics(3);
    f.log.failWith = Errors.NOT_ENOUGH_REPLICAS;
    assertThat(a.send(a.request()).error).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    f.log.failWith = Errors.NONE;
    settle(a);
    assertThat(a.owned.active()).isEqualTo(tasks(3));
  }

  @Test
  void theTopologyOfTheHighestEpochCounts() {
    allTopics(1);
    TestStreams a = member("a").beat();
    TestStreams b = member("b");
    b.topology.subtopologies().get(0).setSourceTopics(new ArrayList<>(List.of("u")));
    assertThat(b.beat().error).isEqualTo(Errors.INVALID_REQUEST);
    b.topology = TestStreams.wordCount(1);
    settle(a, b);
    assertThat(a.statuses()).containsExactly(STALE);
    assertThat(b.statuses()).isEmpty();
    assertThat(described().topology().epoch()).isEqualTo(1);
    a.leave(-1);
    b.leave(-1);
    TestStreams c = member("c");
    c.topology.setEpoch(1).subtopologies().get(0).setSourceTopics(new ArrayList<>(List.of("u")));
    assertThat(c.beat().error).as("an empty group takes another topology").isEqualTo(Errors.NONE);
    assertThat(c.statuses()).containsExactly(NO_SOURCE);
  }

  @Test
  void aMemberMayNameTasksThatAreGoneUntilItHasGivenThemBack() {
    allTopics(2);
    TestStreams a = member("a").beat();
    allTopics(1);
    TestStreams b = member("b");
    b.topology = TestStreams.wordCount(1);
    b.topology.subtopologies().remove(1);
    b.topology.subtopologies().get(0).setRepartitionSinkTopics(new ArrayList<>());
    assertThat(b.beat().error).isEqualTo(Errors.NONE);
    assertThat(a.send(a.everything()).error).as("what it has is not what it invents").isEqualTo(Errors.NONE);
    assertThat(a.statuses()).containsExactly(STALE);
    settle(a, b);
    assertThat(a.owned.all().size() + b.owned.all().size()).isEqualTo(1);
    a.owned = new TestStreams.Held(Set.of(new TaskId("1", 0)), Set.of(), Set.of());
    assertThat(a.send(a.everything()).error).as("what it has given back").isEqualTo(Errors.INVALID_REQUEST);
  }
}
