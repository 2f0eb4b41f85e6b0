package io.margay.controller.internal.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.controller.internal.JulLogLevels;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.AlterPartitionReassignmentsRequest;
import io.margay.protocol.message.AlterPartitionReassignmentsRequest.ReassignablePartition;
import io.margay.protocol.message.AlterPartitionReassignmentsRequest.ReassignableTopic;
import io.margay.protocol.message.CreateTopicsRequest;
import io.margay.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.margay.protocol.message.DeleteTopicsRequest;
import io.margay.protocol.message.DescribeConfigsRequest;
import io.margay.protocol.message.DescribeConfigsRequest.DescribeConfigsResource;
import io.margay.protocol.message.DescribeConfigsResponse;
import io.margay.protocol.message.IncrementalAlterConfigsRequest;
import io.margay.protocol.message.IncrementalAlterConfigsRequest.AlterConfigsResource;
import io.margay.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import io.margay.protocol.message.IncrementalAlterConfigsResponse;
import io.margay.protocol.message.MetadataRequest;
import io.margay.protocol.message.MetadataRequest.MetadataRequestTopic;
import io.margay.protocol.message.MetadataResponse;
import io.margay.protocol.message.MetadataResponse.MetadataResponseTopic;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.FakeRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Requests that name very much: what they would make is reserved first, or they are refused. */
class LargeRequestsTest extends HandlerTest {
  private static final int MANY = 50_000;

  private static FakeRequest request(ApiHandler handler, int version, Message message, long budget) {
    FakeRequest request = new FakeRequest(handler.api(), message, version).budget(budget);
    handler.handle(request);
    request.runLoop();
    return request;
  }

  private void assertClosed(ApiHandler handler, int version, Message message) {
    int before = log.size();
    FakeRequest request = request(handler, version, message, 1 << 20);
    assertThat(request.closedBecause()).as(handler.api().name()).contains("margay.request.memory.bytes");
    assertThat(request.reservedBytes()).isZero();
    assertThat(log.size()).isEqualTo(before);
  }

  private static MetadataRequest metadata(int topics) {
    return new MetadataRequest().setAllowAutoTopicCreation(true).setTopics(IntStream.range(0, topics)
        .mapToObj(i -> new MetadataRequestTopic().setName("t" + i)).toList());
  }

  @Test
  void oneThatNamesMoreThanThereIsMemoryForIsClosed() {
    assertClosed(new MetadataHandler(controller), 8, metadata(MANY));
    assertClosed(new DeleteTopicsHandler(controller), 5, new DeleteTopicsRequest().setTopicNames(Collections.nCopies(MANY, "a")));
    assertClosed(new CreateTopicsHandler(controller), 7, new CreateTopicsRequest().setTopics(
        Collections.nCopies(MANY, new CreatableTopic().setName("a").setNumPartitions(0))));
    assertClosed(new DescribeConfigsHandler(controller, new JulLogLevels()), 4, new DescribeConfigsRequest().setResources(
        Collections.nCopies(MANY, new DescribeConfigsResource().setResourceType((byte) 2).setResourceName("a"))));
    assertClosed(new DescribeConfigsHandler(controller, new JulLogLevels()), 4, new DescribeConfigsRequest().setResources(List.of(
        new DescribeConfigsResource().setResourceType((byte) 2).setResourceName("a")
            .setConfigurationKeys(Collections.nCopies(MANY, "k")))));
    assertClosed(new IncrementalAlterConfigsHandler(controller, new JulLogLevels()), 1,
        new IncrementalAlterConfigsRequest().setResources(List.of(new AlterConfigsResource().setResourceType((byte) 2)
            .setResourceName("a").setConfigs(Collections.nCopies(MANY, new AlterableConfig().setName("k").setValue("v"))))));
    assertClosed(new AlterPartitionReassignmentsHandler(controller), 0, new AlterPartitionReassignmentsRequest().setTopics(
        List.of(new ReassignableTopic().setName("a").setPartitions(List.of(
            new ReassignablePartition().setReplicas(Collections.nCopies(MANY, 9)))))));
  }

  @Test
  void describingTheSameAgainAndAgainEndsWithTheMemory() throws Exception {
    createTopic("a", 1);
    DescribeConfigsHandler handler = new DescribeConfigsHandler(controller, new JulLogLevels());
    FakeRequest request = request(handler, 4, new DescribeConfigsRequest().setResources(Collections.nCopies(500,
        new DescribeConfigsResource().setResourceType((byte) 2).setResourceName("a"))), 1 << 20);
    DescribeConfigsResponse response = request.answer(new DescribeConfigsResponse());
    assertThat(response.results()).hasSize(500);
    assertThat(response.results().get(0).errorCode()).isZero();
    assertThat(response.results().get(499)).satisfies(r -> {
      assertThat(r.errorCode()).isEqualTo(Errors.POLICY_VIOLATION.code());
      assertThat(r.errorMessage()).contains("margay.request.memory.bytes");
      assertThat(r.configs()).isEmpty();
    });
  }

  @Test
  void oneRequestCreatesAFewTopicsOnDemandAndLaterOnesTheRest() throws Exception {
    settings.with("margay.max.partitions.per.request", "30").with("num.partitions", "10");
    FakeRequest request = request(new MetadataHandler(controller), 8, metadata(10), Long.MAX_VALUE);
    assertThat(request.answer(new MetadataResponse()).topics()).extracting(MetadataResponseTopic::errorCode)
        .containsOnly(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    controller.allocateProducerIds().toCompletableFuture().get();
    assertThat(controller.image().topics()).hasSize(3);
    request(new MetadataHandler(controller), 8, metadata(10), Long.MAX_VALUE);
    controller.allocateProducerIds().toCompletableFuture().get();
    assertThat(controller.image().topics()).hasSize(6);
  }

  @Test
  void fullBrokersCreateNothingOnDemandAndSayWhy() throws Exception {
    settings.with("margay.max.partitions.per.broker", "20").with("num.partitions", "10");
    createTopic("a", 15);
    int before = log.size();
    FakeRequest request = request(new MetadataHandler(controller), 8, metadata(2), Long.MAX_VALUE);
    assertThat(request.answer(new MetadataResponse()).topics()).extracting(MetadataResponseTopic::errorCode)
        .containsOnly(Errors.POLICY_VIOLATION.code());
    assertThat(log.size()).isEqualTo(before);
  }

  @Test
  void theMetadataLogIsNoTopicThatCouldBeCreatedOnDemand() throws Exception {
    int before = log.size();
    MetadataRequest asked = new MetadataRequest().setAllowAutoTopicCreation(true)
        .setTopics(List.of(new MetadataRequestTopic().setName("__cluster_metadata")));
    FakeRequest request = request(new MetadataHandler(controller), 8, asked, Long.MAX_VALUE);
    assertThat(request.answer(new MetadataResponse()).topics().get(0).errorCode())
        .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(log.size()).isEqualTo(before);
  }

  @Test
  void moreConfigsThanAResourceHasAreRefused() throws Exception {
    List<AlterableConfig> configs = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      configs.add(new AlterableConfig().setName("unknown" + i).setConfigOperation((byte) 1));
    }
    createTopic("a", 1);
    FakeRequest request = request(new IncrementalAlterConfigsHandler(controller, new JulLogLevels()), 1,
        new IncrementalAlterConfigsRequest().setResources(List.of(new AlterConfigsResource().setResourceType((byte) 2)
            .setResourceName("a").setConfigs(configs))), Long.MAX_VALUE);
    assertThat(request.answer(new IncrementalAlterConfigsResponse()).responses().get(0)).satisfies(r -> {
      assertThat(r.errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
      assertThat(r.errorMessage()).contains("1000");
    });
  }
}
