package io.margay.controller.internal.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.Messages;
import io.margay.protocol.message.CreatePartitionsRequest;
import io.margay.protocol.message.CreatePartitionsRequest.CreatePartitionsAssignment;
import io.margay.protocol.message.CreatePartitionsRequest.CreatePartitionsTopic;
import io.margay.protocol.message.CreatePartitionsResponse;
import io.margay.protocol.message.CreateTopicsRequest;
import io.margay.protocol.message.CreateTopicsRequest.CreatableReplicaAssignment;
import io.margay.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.margay.protocol.message.CreateTopicsRequest.CreatableTopicConfig;
import io.margay.protocol.message.CreateTopicsResponse;
import io.margay.protocol.message.CreateTopicsResponse.CreatableTopicResult;
import io.margay.protocol.message.DeleteTopicsRequest;
import io.margay.protocol.message.DeleteTopicsRequest.DeleteTopicState;
import io.margay.protocol.message.DeleteTopicsResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicHandlersTest extends HandlerTest {
  private static CreatableTopic topic(String name, int partitions, int replicationFactor) {
    return new CreatableTopic().setName(name).setNumPartitions(partitions).setReplicationFactor((short) replicationFactor);
  }

  private CreateTopicsResponse create(int version, CreatableTopic... topics) throws Exception {
    return ask(new CreateTopicsHandler(controller), version, new CreateTopicsRequest().setTopics(List.of(topics)),
        CreateTopicsResponse::new);
  }

  private static Errors error(CreateTopicsResponse response, String name) {
    return Errors.forCode(response.topics().stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow().errorCode());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7})
  void createsInEveryVersion(int version) throws Exception {
    CreateTopicsResponse response = create(version, topic("a", 3, 1), topic("b", 1, 1).setConfigs(
        List.of(new CreatableTopicConfig().setName("retention.ms").setValue("1234"))));
    assertThat(response.topics()).extracting(CreatableTopicResult::errorCode).containsOnly((short) 0);
    assertThat(controller.image().topic("a").partitions()).hasSize(3);
    assertThat(controller.image().config(ConfigResource.topic("b"))).containsEntry("retention.ms", "1234");
    if (version >= 5) {
      CreatableTopicResult b = response.topics().get(1);
      assertThat(b.numPartitions()).isEqualTo(1);
      assertThat(b.replicationFactor()).isEqualTo((short) 1);
      assertThat(b.configs()).filteredOn(c -> c.name().equals("retention.ms")).singleElement().satisfies(c -> {
        assertThat(c.value()).isEqualTo("1234");
        assertThat(c.configSource()).isEqualTo((byte) 1);
      });
    }
    if (version >= 7) {
      assertThat(response.topics().get(0).topicId()).isEqualTo(controller.image().topic("a").id());
    }
  }

  @Test
  void defaultsComeFromTheServer() throws Exception {
    settings.with("num.partitions", "4");
    CreatableTopicResult result = create(7, topic("a", -1, -1)).topics().get(0);
    assertThat(result.numPartitions()).isEqualTo(4);
    assertThat(result.replicationFactor()).isEqualTo((short) 1);
  }

  @Test
  void errorsAreTold() throws Exception {
    createTopic("there", 1);
    createTopic("dotted.name", 1);
    CreateTopicsResponse response = create(7, topic("there", 1, 1), topic("bad name", 1, 1), topic("zero", 0, 1),
        topic("wide", 1, 3), topic("none", 1, 0), topic("dotted_name", 1, 1), topic("twice", 1, 1), topic("twice", 2, 1),
        topic("__cluster_metadata", 1, 1), topic("mixed", 2, -1).setAssignments(List.of(assignment(0, 1))),
        topic("gap", -1, -1).setAssignments(List.of(assignment(0, 1), assignment(2, 1))),
        topic("stranger", -1, -1).setAssignments(List.of(assignment(0, 7))),
        topic("double", -1, -1).setAssignments(List.of(assignment(0, 1, 1))), topic("manual", -1, -1).setAssignments(
            List.of(assignment(1, 1), assignment(0, 1))));
    assertThat(error(response, "there")).isEqualTo(Errors.TOPIC_ALREADY_EXISTS);
    assertThat(error(response, "bad name")).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
    assertThat(error(response, "zero")).isEqualTo(Errors.INVALID_PARTITIONS);
    assertThat(error(response, "wide")).isEqualTo(Errors.INVALID_REPLICATION_FACTOR);
    assertThat(error(response, "none")).isEqualTo(Errors.INVALID_REPLICATION_FACTOR);
    assertThat(error(response, "dotted_name")).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
    assertThat(error(response, "twice")).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(error(response, "__cluster_metadata")).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(error(response, "mixed")).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(error(response, "gap")).isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
    assertThat(error(response, "stranger")).isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
    assertThat(error(response, "double")).isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
    assertThat(error(response, "manual")).isEqualTo(Errors.NONE);
    assertThat(response.topics()).hasSize(13).filteredOn(t -> t.errorCode() != 0).allSatisfy(t -> {
      assertThat(t.errorMessage()).isNotBlank();
      assertThat(t.topicId()).isEqualTo(KafkaUuid.ZERO);
    });
    assertThat(controller.image().topics().keySet()).containsExactlyInAnyOrder("there", "dotted.name", "manual");
  }

  @Test
  void requestForTooManyPartitionsIsRefusedAsAWhole() throws Exception {
    settings.with("margay.max.partitions.per.request", "20").with("num.partitions", "11");
    int before = log.size();
    CreateTopicsResponse response = create(7, topic("a", 10, 1), topic("b", -1, 1));
    assertThat(response.topics()).hasSize(2).allSatisfy(t -> {
      assertThat(t.errorCode()).isEqualTo(Errors.POLICY_VIOLATION.code());
      assertThat(t.errorMessage()).contains("21").contains("20").contains("margay.max.partitions.per.request");
    });
    assertThat(error(create(7, topic("huge", 2_000_000_000, 1), topic("huger", 2_000_000_000, 1)), "huge"))
        .isEqualTo(Errors.POLICY_VIOLATION);
    assertThat(log.size()).isEqualTo(before);
    assertThat(create(7, topic("a", 9, 1), topic("b", -1, 1)).topics()).extracting(CreatableTopicResult::errorCode)
        .containsOnly((short) 0);
    CreatePartitionsResponse more = ask(new CreatePartitionsHandler(controller), 3, new CreatePartitionsRequest()
        .setTimeoutMs(10_000).setTopics(List.of(more("a", 20), more("b", 21))), CreatePartitionsResponse::new);
    assertThat(more.results()).hasSize(2).allSatisfy(r -> {
      assertThat(r.errorCode()).isEqualTo(Errors.POLICY_VIOLATION.code());
      assertThat(r.errorMessage()).contains("margay.max.partitions.per.request");
    });
  }

  @Test
  void brokerHoldsAsManyPartitionsAsItMay() throws Exception {
    settings.with("margay.max.partitions.per.broker", "20");
    assertThat(error(create(7, topic("a", 21, 1)), "a")).isEqualTo(Errors.POLICY_VIOLATION);
    CreateTopicsResponse response = create(7, topic("a", 12, 1), topic("b", 9, 1), topic("c", 8, 1));
    assertThat(error(response, "a")).isEqualTo(Errors.NONE);
    assertThat(error(response, "b")).isEqualTo(Errors.POLICY_VIOLATION);
    assertThat(response.topics().get(1).errorMessage()).contains("21").contains("margay.max.partitions.per.broker");
    assertThat(error(response, "c")).isEqualTo(Errors.NONE);
    CreatePartitionsResponse more = ask(new CreatePartitionsHandler(controller), 3, new CreatePartitionsRequest()
        .setTimeoutMs(10_000).setTopics(List.of(more("a", 13))), CreatePartitionsResponse::new);
    assertThat(more.results().get(0).errorCode()).isEqualTo(Errors.POLICY_VIOLATION.code());
    assertThat(controller.createTopic("d", 1, 1, Map.of(), false).toCompletableFuture().get()).isEqualTo(Errors.POLICY_VIOLATION);
    assertThat(controller.createTopic("__consumer_offsets", 50, 1, Map.of(), true).toCompletableFuture().get())
        .as("the server's own topics").isEqualTo(Errors.NONE);
  }

  @Test
  void requestsAtTheSameTimeShareTheRoom() throws Exception {
    settings.with("margay.max.partitions.per.broker", "20");
    log.hold(true);
    CompletableFuture<byte[]> first = send(new CreateTopicsHandler(controller), 7,
        new CreateTopicsRequest().setTimeoutMs(60_000).setTopics(List.of(topic("a", 15, 1))), "PLAINTEXT");
    CreateTopicsResponse second = create(7, topic("b", 15, 1));
    assertThat(error(second, "b")).isEqualTo(Errors.POLICY_VIOLATION);
    log.hold(false);
    assertThat(error(Messages.read(CreateTopicsResponse::new, first.get(60, TimeUnit.SECONDS), (short) 7), "a"))
        .isEqualTo(Errors.NONE);
    ask(new DeleteTopicsHandler(controller), 5, new DeleteTopicsRequest().setTimeoutMs(10_000).setTopicNames(List.of("a")),
        DeleteTopicsResponse::new);
    assertThat(error(create(7, topic("b", 20, 1)), "b")).as("room that was given back").isEqualTo(Errors.NONE);
  }

  @Test
  void settingsOfATopicAreBounded() throws Exception {
    settings.with("margay.max.config.bytes", "2000").with("margay.max.configs.bytes", "70000");
    String list = "0:1,".repeat(600) + "0:1";
    CreatableTopicConfig large = new CreatableTopicConfig().setName("follower.replication.throttled.replicas").setValue(list);
    CreateTopicsResponse response = create(7, topic("a", 1, 1).setConfigs(List.of(large)));
    assertThat(error(response, "a")).isEqualTo(Errors.POLICY_VIOLATION);
    assertThat(response.topics().get(0).errorMessage()).contains("margay.max.config.bytes");
    large.setValue(list.substring(0, 1799));
    int created = 0;
    while (created < 100 && error(create(7, topic("t" + created, 1, 1).setConfigs(List.of(large))), "t" + created)
        == Errors.NONE) {
      created++;
    }
    assertThat(created).isBetween(30, 40);
    CreateTopicsResponse last = create(7, topic("z", 1, 1).setConfigs(List.of(large)));
    assertThat(last.topics().get(0).errorMessage()).contains("margay.max.configs.bytes");
  }

  private static CreatableReplicaAssignment assignment(int partition, Integer... brokers) {
    return new CreatableReplicaAssignment().setPartitionIndex(partition).setBrokerIds(List.of(brokers));
  }

  @Test
  void settingsAreCheckedByName() throws Exception {
    CreateTopicsResponse response = create(7,
        topic("a", 1, 1).setConfigs(List.of(new CreatableTopicConfig().setName("retention.ms").setValue("soon"))),
        topic("b", 1, 1).setConfigs(List.of(new CreatableTopicConfig().setName("no.such").setValue("1"))),
        topic("c", 1, 1).setConfigs(List.of(new CreatableTopicConfig().setName("retention.ms").setValue(null))),
        topic("d", 1, 1).setConfigs(List.of(new CreatableTopicConfig().setName("min.compaction.lag.ms").setValue("9"),
            new CreatableTopicConfig().setName("max.compaction.lag.ms").setValue("5"))));
    assertThat(response.topics()).extracting(CreatableTopicResult::errorCode).containsOnly(Errors.INVALID_CONFIG.code());
    assertThat(response.topics().get(0).errorMessage()).contains("retention.ms").contains("whole number");
    assertThat(response.topics().get(1).errorMessage()).contains("no.such");
  }

  @Test
  void validateOnlyChangesNothing() throws Exception {
    int before = log.size();
    createTopic("dotted.name", 1);
    CreateTopicsResponse response = ask(new CreateTopicsHandler(controller), 7, new CreateTopicsRequest().setValidateOnly(true)
        .setTopics(List.of(topic("a", 5, 1), topic("b", 0, 1), topic("dotted_name", 1, 1))), CreateTopicsResponse::new);
    assertThat(error(response, "a")).isEqualTo(Errors.NONE);
    assertThat(response.topics().get(0).numPartitions()).isEqualTo(5);
    assertThat(error(response, "b")).isEqualTo(Errors.INVALID_PARTITIONS);
    assertThat(error(response, "dotted_name")).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
    assertThat(log.size()).isEqualTo(before + 1);
  }

  @Test
  void timeoutIsHonoured() throws Exception {
    log.hold(true);
    CreateTopicsResponse response = ask(new CreateTopicsHandler(controller), 7,
        new CreateTopicsRequest().setTimeoutMs(5).setTopics(List.of(topic("slow", 1, 1))), CreateTopicsResponse::new);
    assertThat(error(response, "slow")).isEqualTo(Errors.REQUEST_TIMED_OUT);
    log.hold(false);
    controller.allocateProducerIds().toCompletableFuture().get();
    assertThat(controller.image().topic("slow")).isNotNull();
  }

  @Test
  void openRequestsGetARetriableErrorWhenTheControllerLeaves() throws Exception {
    log.hold(true);
    CompletableFuture<byte[]> open = send(new CreateTopicsHandler(controller), 7,
        new CreateTopicsRequest().setTopics(List.of(topic("a", 1, 1))), "PLAINTEXT");
    controller.close();
    CreateTopicsResponse response = Messages.read(CreateTopicsResponse::new, open.get(60, TimeUnit.SECONDS), (short) 7);
    assertThat(error(response, "a")).isEqualTo(Errors.NOT_CONTROLLER);
  }

  @Test
  void answerComesAfterThePublishers() throws Exception {
    List<String> seen = new ArrayList<>();
    controller.addPublisher((ClusterDelta delta, ClusterImage image) -> {
      delta.changedTopics().forEach(t -> seen.add(t.name()));
    }, 0);
    create(7, topic("a", 1, 1));
    assertThat(seen).containsExactly("a");
  }

  @Test
  void twoThousandTopicsAreOneCommand() throws Exception {
    CreatableTopic[] topics = new CreatableTopic[2000];
    for (int i = 0; i < topics.length; i++) {
      topics[i] = topic("topic_" + i, 1, 1);
    }
    int before = log.size();
    assertThat(create(7, topics).topics()).extracting(CreatableTopicResult::errorCode).containsOnly((short) 0);
    assertThat(log.size()).isEqualTo(before + 1);
    assertThat(controller.image().topics()).hasSize(2000);
  }

  @Test
  void deletesByNameAndId() throws Exception {
    for (String name : List.of("a", "b", "c", "d")) {
      createTopic(name, 1);
    }
    DeleteTopicsHandler handler = new DeleteTopicsHandler(controller);
    DeleteTopicsResponse byName = ask(handler, 5, new DeleteTopicsRequest().setTimeoutMs(10_000)
        .setTopicNames(List.of("a", "nope")), DeleteTopicsResponse::new);
    assertThat(byName.responses()).extracting(r -> Errors.forCode(r.errorCode())).containsExactly(Errors.NONE,
        Errors.UNKNOWN_TOPIC_OR_PARTITION);
    DeleteTopicsResponse byId = ask(handler, 6, new DeleteTopicsRequest().setTimeoutMs(10_000).setTopics(List.of(
        new DeleteTopicState().setTopicId(controller.image().topic("b").id()), new DeleteTopicState().setName("c"),
        new DeleteTopicState().setTopicId(KafkaUuid.random()), new DeleteTopicState(), new DeleteTopicState().setName("c"),
        new DeleteTopicState().setName("d").setTopicId(controller.image().topic("d").id()))), DeleteTopicsResponse::new);
    assertThat(byId.responses()).extracting(r -> Errors.forCode(r.errorCode())).containsExactly(Errors.NONE,
        Errors.UNKNOWN_TOPIC_ID, Errors.INVALID_REQUEST, Errors.INVALID_REQUEST, Errors.INVALID_REQUEST);
    assertThat(byId.responses().get(0).name()).isEqualTo("b");
    assertThat(byId.responses().get(4).name()).as("named twice, so it stays").isEqualTo("c");
    assertThat(controller.image().topics().keySet()).containsExactlyInAnyOrder("c", "d");
  }

  @Test
  void deletionCanBeForbidden() throws Exception {
    createTopic("a", 1);
    settings.with("delete.topic.enable", "false");
    DeleteTopicsHandler handler = new DeleteTopicsHandler(controller);
    DeleteTopicsRequest request = new DeleteTopicsRequest().setTimeoutMs(10_000).setTopicNames(List.of("a"));
    assertThat(ask(handler, 5, request, DeleteTopicsResponse::new).responses().get(0).errorCode())
        .isEqualTo(Errors.TOPIC_DELETION_DISABLED.code());
    assertThat(ask(handler, 1, request, DeleteTopicsResponse::new).responses().get(0).errorCode())
        .isEqualTo(Errors.INVALID_REQUEST.code());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void addsPartitions(int version) throws Exception {
    createTopic("a", 2, Map.of());
    createTopic("b", 2, Map.of());
    createTopic("c", 2, Map.of());
    CreatePartitionsResponse response = ask(new CreatePartitionsHandler(controller), version,
        new CreatePartitionsRequest().setTimeoutMs(10_000).setTopics(List.of(more("a", 5), more("b", 2), more("c", 1),
            more("nope", 3), more("b", 9))), CreatePartitionsResponse::new);
    assertThat(response.results()).extracting(r -> Errors.forCode(r.errorCode())).containsExactly(Errors.NONE,
        Errors.INVALID_REQUEST, Errors.INVALID_PARTITIONS, Errors.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(controller.image().topic("a").partitions()).extracting(p -> p.index()).containsExactly(0, 1, 2, 3, 4);
    CreatePartitionsResponse manual = ask(new CreatePartitionsHandler(controller), version,
        new CreatePartitionsRequest().setTimeoutMs(10_000).setTopics(List.of(
            more("b", 3).setAssignments(List.of(new CreatePartitionsAssignment().setBrokerIds(List.of(1)))),
            more("c", 4).setAssignments(List.of(new CreatePartitionsAssignment().setBrokerIds(List.of(1)))))),
        CreatePartitionsResponse::new);
    assertThat(manual.results()).extracting(r -> Errors.forCode(r.errorCode())).containsExactly(Errors.NONE,
        Errors.INVALID_REPLICA_ASSIGNMENT);
  }

  private static CreatePartitionsTopic more(String name, int count) {
    return new CreatePartitionsTopic().setName(name).setCount(count).setAssignments(null);
  }
}
