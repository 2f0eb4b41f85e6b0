package io.margay.controller.internal.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.message.MetadataRequest;
import io.margay.protocol.message.MetadataRequest.MetadataRequestTopic;
import io.margay.protocol.message.MetadataResponse;
import io.margay.protocol.message.MetadataResponse.MetadataResponseTopic;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataHandlerTest extends HandlerTest {
  private MetadataResponse ask(int version, MetadataRequest request) throws Exception {
    return ask(new MetadataHandler(controller), version, request, MetadataResponse::new);
  }

  private static MetadataRequest named(String... names) {
    return new MetadataRequest().setTopics(List.of(names).stream().map(n -> new MetadataRequestTopic().setName(n)).toList());
  }

  private static short[] codes(MetadataResponse response) {
    short[] codes = new short[response.topics().size()];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = response.topics().get(i).errorCode();
    }
    return codes;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13})
  void showsBrokersAndPartitionsInEveryVersion(int version) throws Exception {
    createTopic("orders", 3);
    MetadataResponse response = ask(version, named("orders"));
    assertThat(response.brokers()).singleElement().satisfies(b -> {
      assertThat(b.nodeId()).isEqualTo(1);
      assertThat(b.host()).isEqualTo("broker.test");
      assertThat(b.port()).isEqualTo(9092);
    });
    MetadataResponseTopic topic = response.topics().get(0);
    assertThat(topic.errorCode()).isZero();
    assertThat(topic.partitions()).extracting(p -> p.partitionIndex()).containsExactly(0, 1, 2);
    assertThat(topic.partitions()).allSatisfy(p -> {
      assertThat(p.leaderId()).isEqualTo(1);
      assertThat(p.replicaNodes()).containsExactly(1);
      assertThat(p.isrNodes()).containsExactly(1);
      assertThat(p.offlineReplicas()).isEmpty();
    });
    if (version >= 1) {
      assertThat(response.controllerId()).isEqualTo(1);
    }
    if (version >= 2) {
      assertThat(response.clusterId()).isEqualTo("AAAAAAAAAAAAAAAAAAAAAQ");
    }
    if (version >= 10) {
      assertThat(topic.topicId()).isEqualTo(controller.image().topic("orders").id());
    }
    assertThat(topic.topicAuthorizedOperations()).isEqualTo(Integer.MIN_VALUE);
  }

  @Test
  void listenerDecidesTheAddress() throws Exception {
    MetadataResponse response = ask(new MetadataHandler(controller), 9, named(), MetadataResponse::new, "EXTERNAL");
    assertThat(response.brokers()).singleElement().satisfies(b -> assertThat(b.port()).isEqualTo(19092));
  }

  @Test
  void leaderWithoutTheListenerIsAnError() throws Exception {
    createTopic("orders", 1);
    MetadataResponse response = ask(new MetadataHandler(controller), 9, named("orders"), MetadataResponse::new, "OTHER");
    assertThat(response.topics().get(0).partitions().get(0).errorCode()).isEqualTo(Errors.LISTENER_NOT_FOUND.code());
  }

  @Test
  void allTopicsByVersion() throws Exception {
    createTopic("a", 1);
    createTopic("b", 1);
    assertThat(ask(0, named()).topics()).hasSize(2);
    assertThat(ask(1, named()).topics()).isEmpty();
    assertThat(ask(1, new MetadataRequest().setTopics(null)).topics()).hasSize(2);
    assertThat(ask(13, new MetadataRequest().setTopics(null)).topics()).hasSize(2);
  }

  @Test
  void unknownTopicIsCreatedOnTheWay() throws Exception {
    assertThat(codes(ask(13, named("new")))).containsExactly(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    controller.allocateProducerIds().toCompletableFuture().get();
    MetadataResponse second = ask(13, named("new"));
    assertThat(codes(second)).containsExactly((short) 0);
    assertThat(second.topics().get(0).partitions()).hasSize(1);
  }

  @Test
  void creationNeedsTheConsentOfBothSides() throws Exception {
    assertThat(codes(ask(13, named("x").setAllowAutoTopicCreation(false)))).containsExactly(
        Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    settings.with("auto.create.topics.enable", "false");
    assertThat(codes(ask(13, named("y")))).containsExactly(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    controller.allocateProducerIds().toCompletableFuture().get();
    assertThat(controller.image().topics()).isEmpty();
  }

  @Test
  void badNamesAreNotCreated() throws Exception {
    assertThat(codes(ask(9, named("a b", "", "..")))).containsOnly(Errors.INVALID_TOPIC_EXCEPTION.code()).hasSize(3);
  }

  @Test
  void topicsById() throws Exception {
    createTopic("orders", 1);
    UUID id = controller.image().topic("orders").id();
    MetadataRequest request = new MetadataRequest().setTopics(List.of(new MetadataRequestTopic().setTopicId(id).setName(null),
        new MetadataRequestTopic().setTopicId(KafkaUuid.random()).setName(null)));
    MetadataResponse response = ask(12, request);
    assertThat(codes(response)).containsExactly((short) 0, Errors.UNKNOWN_TOPIC_ID.code());
    assertThat(response.topics().get(0).name()).isEqualTo("orders");
    assertThat(response.topics().get(1).name()).isNull();
    assertThat(codes(ask(10, request))).containsOnly(Errors.INVALID_REQUEST.code());
  }

  @Test
  void operationsOnlyWhenAsked() throws Exception {
    createTopic("orders", 1);
    MetadataResponse response = ask(8, named("orders").setIncludeClusterAuthorizedOperations(true)
        .setIncludeTopicAuthorizedOperations(true));
    assertThat(response.clusterAuthorizedOperations()).isPositive();
    assertThat(response.topics().get(0).topicAuthorizedOperations()).isPositive();
    assertThat(ask(8, named("orders")).clusterAuthorizedOperations()).isEqualTo(Integer.MIN_VALUE);
  }

  @Test
  void offsetsTopicGetsItsOwnSettings() throws Exception {
    ask(9, named("__consumer_offsets"));
    controller.allocateProducerIds().toCompletableFuture().get();
    assertThat(controller.image().topic("__consumer_offsets").partitions()).hasSize(50);
    assertThat(controller.image().topic("__consumer_offsets").internal()).isTrue();
  }
}
