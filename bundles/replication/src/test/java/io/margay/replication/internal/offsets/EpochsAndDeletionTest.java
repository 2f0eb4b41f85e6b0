package io.margay.replication.internal.offsets;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Errors;
import io.margay.protocol.message.DeleteRecordsRequest;
import io.margay.protocol.message.DeleteRecordsRequest.DeleteRecordsPartition;
import io.margay.protocol.message.DeleteRecordsRequest.DeleteRecordsTopic;
import io.margay.protocol.message.DeleteRecordsResponse;
import io.margay.protocol.message.DeleteRecordsResponse.DeleteRecordsPartitionResult;
import io.margay.protocol.message.OffsetForLeaderEpochRequest;
import io.margay.protocol.message.OffsetForLeaderEpochRequest.OffsetForLeaderPartition;
import io.margay.protocol.message.OffsetForLeaderEpochRequest.OffsetForLeaderTopic;
import io.margay.protocol.message.OffsetForLeaderEpochResponse;
import io.margay.protocol.message.OffsetForLeaderEpochResponse.EpochEndOffset;
import io.margay.replication.internal.TestBroker;
import io.margay.spi.handler.FakeRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EpochsAndDeletionTest {
  private final TestBroker broker = new TestBroker();

  @BeforeEach
  void start() {
    broker.start();
    broker.create("a", 1);
    broker.append("a", 0, 5);
  }

  @AfterEach
  void stop() {
    broker.close();
  }

  private EpochEndOffset end(String topic, int partition, int currentEpoch, int epoch) {
    OffsetForLeaderPartition asked = new OffsetForLeaderPartition().setPartition(partition).setCurrentLeaderEpoch(currentEpoch)
        .setLeaderEpoch(epoch);
    OffsetForLeaderEpochRequest message = new OffsetForLeaderEpochRequest().setReplicaId(-1);
    message.topics().add(new OffsetForLeaderTopic().setTopic(topic).setPartitions(List.of(asked)));
    EpochEndOffset answer = null;
    for (int version = 2; version <= 4; version++) {
      FakeRequest request = new FakeRequest(OffsetForLeaderEpochRequest.API, message, version);
      new OffsetForLeaderEpochHandler(broker.replication).handle(request);
      answer = request.answer(new OffsetForLeaderEpochResponse()).topics().get(0).partitions().get(0);
    }
    return answer;
  }

  @Test
  void tellsWhereEpochsEnd() {
    broker.change("a", 0, p -> TestBroker.partition(0, TestBroker.SELF, 3, p.replicas(), p.isr()));
    broker.append("a", 0, 2);
    assertThat(end("a", 0, -1, 0)).satisfies(e -> assertThat(e.endOffset()).isEqualTo(5));
    assertThat(end("a", 0, 3, 2)).satisfies(e -> assertThat(e.leaderEpoch()).isZero());
    assertThat(end("a", 0, 3, 3).endOffset()).isEqualTo(7);
    assertThat(end("a", 0, -1, -1).endOffset()).isEqualTo(-1);
    assertThat(end("a", 0, 2, 0).errorCode()).isEqualTo(Errors.FENCED_LEADER_EPOCH.code());
    assertThat(end("a", 7, -1, 0).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(end("b", 0, -1, 0).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
  }

  private DeleteRecordsPartitionResult delete(String topic, int partition, long offset) {
    return delete(topic, partition, offset, 50_000);
  }

  private DeleteRecordsPartitionResult delete(String topic, int partition, long offset, int clientPort) {
    DeleteRecordsPartition asked = new DeleteRecordsPartition().setPartitionIndex(partition).setOffset(offset);
    DeleteRecordsRequest message = new DeleteRecordsRequest().setTimeoutMs(1000);
    message.topics().add(new DeleteRecordsTopic().setName(topic).setPartitions(List.of(asked)));
    FakeRequest request = new FakeRequest(DeleteRecordsRequest.API, message, 2).clientPort(clientPort);
    new DeleteRecordsHandler(broker.replication).handle(request);
    return request.answer(new DeleteRecordsResponse()).topics().get(0).partitions().get(0);
  }

  @Test
  void deletesRecords() {
    assertThat(delete("a", 0, 3)).satisfies(done -> {
      assertThat(done.errorCode()).isZero();
      assertThat(done.lowWatermark()).isEqualTo(3);
    });
    assertThat(delete("a", 0, 1).lowWatermark()).isEqualTo(3);
    assertThat(delete("a", 0, -1).lowWatermark()).isEqualTo(5);
  }

  @Test
  void refusesWhatCannotBeDeleted() {
    assertThat(delete("a", 0, 6).errorCode()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
    assertThat(delete("a", 0, -2).errorCode()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
    assertThat(delete("a", 0, -2).lowWatermark()).isEqualTo(-1);
    assertThat(delete("a", 1, 0).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    broker.create("compacted", 1, Map.of("cleanup.policy", "compact"));
    assertThat(delete("compacted", 0, 0).errorCode()).isEqualTo(Errors.POLICY_VIOLATION.code());
    broker.create("__offsets", 1);
    assertThat(delete("__offsets", 0, 0).errorCode()).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION.code());
    assertThat(delete("__offsets", 0, 0, 0).errorCode()).as("a part of this server").isZero();
  }
}
