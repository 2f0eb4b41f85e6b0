package io.margay.replication.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.DeleteRecordsRequest;
import io.margay.protocol.message.DeleteRecordsRequest.DeleteRecordsPartition;
import io.margay.protocol.message.DeleteRecordsRequest.DeleteRecordsTopic;
import io.margay.protocol.message.DeleteRecordsResponse;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchRequest.FetchPartition;
import io.margay.protocol.message.FetchRequest.FetchTopic;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.protocol.message.ListOffsetsRequest;
import io.margay.protocol.message.ListOffsetsRequest.ListOffsetsPartition;
import io.margay.protocol.message.ListOffsetsRequest.ListOffsetsTopic;
import io.margay.protocol.message.ListOffsetsResponse;
import io.margay.replication.internal.offsets.DeleteRecordsHandler;
import io.margay.replication.internal.offsets.ListOffsetsHandler;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.FakeRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What clients of a cluster get. */
class ClusterRequestsTest {
  private final SimulatedCluster cluster = new SimulatedCluster(3);

  private static FakeRequest send(ApiHandler handler, Message message, int version) {
    FakeRequest request = new FakeRequest(handler.api(), message, version);
    handler.handle(request);
    return request;
  }

  private PartitionData fetch(int node, long offset, String rack) {
    FetchRequest fetch = new FetchRequest().setMinBytes(0).setMaxWaitMs(0).setMaxBytes(1 << 20).setSessionEpoch(-1).setRackId(rack)
        .setTopics(List.of(new FetchTopic().setTopicId(cluster.id().topicId())
            .setPartitions(List.of(new FetchPartition().setPartition(0).setFetchOffset(offset).setPartitionMaxBytes(1 << 20)))));
    return send(cluster.node(node).fetch, fetch, 13).answer(new FetchResponse()).responses().get(0).partitions().get(0);
  }

  private void append(int records) {
    cluster.node(1).append(records);
    cluster.run(50);
  }

  @Test
  void consumersReadFromFollowersWhatTheyKnowIsCommitted() {
    append(3);
    assertThat(fetch(2, 0, "").records().sizeBytes()).isPositive();
    assertThat(fetch(2, 0, "").highWatermark()).isEqualTo(3);
    assertThat(fetch(2, 3, "").errorCode()).isZero();
    cluster.network.stop(3, true);
    cluster.node(1).append(2);
    cluster.run(20);
    assertThat(cluster.node(2).log().logEndOffset()).isEqualTo(5);
    assertThat(fetch(2, 3, "").records().sizeBytes()).as("not committed").isZero();
    assertThat(fetch(2, 5, "").errorCode()).isEqualTo(Errors.OFFSET_NOT_AVAILABLE.code());
    assertThat(fetch(2, 6, "").errorCode()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
  }

  @Test
  void aConsumerIsSentToItsRack() {
    append(3);
    assertThat(fetch(1, 0, "rack2").preferredReadReplica()).as("without the selector").isEqualTo(-1);
    cluster.node(1).settings.with("replica.selector.class", "org.apache.kafka.common.replica.RackAwareReplicaSelector");
    PartitionData sent = fetch(1, 0, "rack2");
    assertThat(sent.preferredReadReplica()).isEqualTo(2);
    assertThat(sent.records().sizeBytes()).isZero();
    assertThat(fetch(1, 0, "rack1").preferredReadReplica()).as("the leader is in the rack").isEqualTo(-1);
    assertThat(fetch(1, 0, "elsewhere").preferredReadReplica()).isEqualTo(-1);
    assertThat(fetch(1, 0, "").preferredReadReplica()).isEqualTo(-1);
    assertThat(fetch(1, 4, "rack2").errorCode()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
  }

  private ListOffsetsResponse.ListOffsetsPartitionResponse latest(int node, int version) {
    ListOffsetsRequest list = new ListOffsetsRequest().setReplicaId(-1).setTopics(List.of(new ListOffsetsTopic().setName("a")
        .setPartitions(List.of(new ListOffsetsPartition().setPartitionIndex(0).setTimestamp(-1)))));
    return send(new ListOffsetsHandler(cluster.node(node).replication), list, version).answer(new ListOffsetsResponse())
        .topics().get(0).partitions().get(0);
  }

  @Test
  void aNewLeaderDoesNotTellAnEndThatMayGoBack() {
    append(3);
    cluster.network.stop(3, true);
    cluster.node(1).append(2);
    cluster.run(30);
    cluster.network.stop(2, true);
    cluster.elect(2, List.of(1, 2, 3));
    assertThat(latest(2, 5).errorCode()).isEqualTo(Errors.OFFSET_NOT_AVAILABLE.code());
    assertThat(latest(2, 4).errorCode()).isEqualTo(Errors.LEADER_NOT_AVAILABLE.code());
    cluster.network.stop(2, false);
    cluster.network.stop(3, false);
    cluster.run(1000);
    assertThat(latest(2, 5).offset()).isEqualTo(5);
  }

  @Test
  void deletedRecordsAreGoneOnAllReplicas() {
    append(2);
    append(2);
    DeleteRecordsHandler handler = new DeleteRecordsHandler(cluster.node(1).replication);
    DeleteRecordsRequest delete = new DeleteRecordsRequest().setTimeoutMs(5000).setTopics(List.of(new DeleteRecordsTopic().setName("a")
        .setPartitions(List.of(new DeleteRecordsPartition().setPartitionIndex(0).setOffset(2)))));
    FakeRequest request = send(handler, delete, 2);
    cluster.run(1);
    assertThat(request.isAnswered()).isFalse();
    cluster.run(1100);
    DeleteRecordsResponse answer = request.answer(new DeleteRecordsResponse());
    assertThat(answer.topics().get(0).partitions().get(0).lowWatermark()).isEqualTo(2);
    assertThat(cluster.node(3).log().logStartOffset()).isEqualTo(2);
  }

  @Test
  void deletionTimesOutWhenAFollowerDoesNotFollow() {
    append(2);
    cluster.network.stop(2, true);
    DeleteRecordsHandler handler = new DeleteRecordsHandler(cluster.node(1).replication);
    DeleteRecordsRequest delete = new DeleteRecordsRequest().setTimeoutMs(500).setTopics(List.of(new DeleteRecordsTopic().setName("a")
        .setPartitions(List.of(new DeleteRecordsPartition().setPartitionIndex(0).setOffset(1)))));
    FakeRequest request = send(handler, delete, 2);
    cluster.run(600);
    assertThat(request.answer(new DeleteRecordsResponse()).topics().get(0).partitions().get(0).errorCode())
        .isEqualTo(Errors.REQUEST_TIMED_OUT.code());
  }

  @Test
  void acknowledgedMeansOnTheDisksOfTheIsr() {
    SimulatedCluster careful = new SimulatedCluster(2, Map.of("margay.flush.policy", "ack"));
    careful.node(1).append(1);
    careful.run(50);
    assertThat(careful.node(2).log().logEndOffset()).isEqualTo(1);
    careful.node(1).log().flush();
    careful.run(600);
    assertThat(careful.node(1).leader().highWatermark()).as("the follower has not flushed").isZero();
    careful.node(2).log().flush();
    careful.run(10);
    assertThat(careful.node(1).leader().highWatermark()).isEqualTo(1);
  }
}
