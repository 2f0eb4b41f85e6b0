package io.margay.replication.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.BufferRecords;
import io.margay.protocol.MalformedMessageException;
import io.margay.protocol.Message;
import io.margay.protocol.Messages;
import io.margay.protocol.message.DeleteRecordsRequest;
import io.margay.protocol.message.DescribeLogDirsRequest;
import io.margay.protocol.message.DescribeProducersRequest;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.ListOffsetsRequest;
import io.margay.protocol.message.OffsetForLeaderEpochRequest;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.record.InvalidRecordBatchException;
import io.margay.replication.internal.describe.DescribeLogDirsHandler;
import io.margay.replication.internal.describe.DescribeProducersHandler;
import io.margay.replication.internal.fetch.FetchHandler;
import io.margay.replication.internal.offsets.DeleteRecordsHandler;
import io.margay.replication.internal.offsets.ListOffsetsHandler;
import io.margay.replication.internal.offsets.OffsetForLeaderEpochHandler;
import io.margay.replication.internal.produce.ProduceHandler;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.FakeRequest;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Valid requests with some bytes changed: every handler answers, waits, or says that the bytes are no request. */
class HostileRequestsTest {
  private static final int ROUNDS = 1500;

  private record Sample(ApiHandler handler, Message message) { }

  private static List<Sample> samples(TestBroker broker, UUID id) throws IOException {
    ReplicationContext shared = broker.replication;
    ProduceRequest produce = new ProduceRequest().setAcks((short) -1).setTimeoutMs(100);
    produce.topicData().add(new ProduceRequest.TopicProduceData().setName("a").setTopicId(id).setPartitionData(List.of(
        new ProduceRequest.PartitionProduceData().setIndex(0).setRecords(BufferRecords.view(TestBroker.batch(2))))));
    FetchRequest fetch = new FetchRequest().setMinBytes(1).setMaxWaitMs(100).setSessionEpoch(0);
    fetch.topics().add(new FetchRequest.FetchTopic().setTopic("a").setTopicId(id).setPartitions(List.of(
        new FetchRequest.FetchPartition().setPartition(0).setFetchOffset(1).setPartitionMaxBytes(1000),
        new FetchRequest.FetchPartition().setPartition(1).setFetchOffset(0).setPartitionMaxBytes(1000))));
    ListOffsetsRequest list = new ListOffsetsRequest().setReplicaId(-1);
    list.topics().add(new ListOffsetsRequest.ListOffsetsTopic().setName("a").setPartitions(List.of(
        new ListOffsetsRequest.ListOffsetsPartition().setPartitionIndex(1).setTimestamp(-1))));
    OffsetForLeaderEpochRequest epochs = new OffsetForLeaderEpochRequest().setReplicaId(-1);
    epochs.topics().add(new OffsetForLeaderEpochRequest.OffsetForLeaderTopic().setTopic("a").setPartitions(List.of(
        new OffsetForLeaderEpochRequest.OffsetForLeaderPartition().setPartition(0).setLeaderEpoch(0))));
    DeleteRecordsRequest delete = new DeleteRecordsRequest().setTimeoutMs(100);
    delete.topics().add(new DeleteRecordsRequest.DeleteRecordsTopic().setName("a").setPartitions(List.of(
        new DeleteRecordsRequest.DeleteRecordsPartition().setPartitionIndex(0).setOffset(0))));
    DescribeLogDirsRequest dirs = new DescribeLogDirsRequest();
    dirs.topics().add(new DescribeLogDirsRequest.DescribableLogDirTopic().setTopic("a").setPartitions(List.of(0)));
    DescribeProducersRequest producers = new DescribeProducersRequest();
    producers.topics().add(new DescribeProducersRequest.TopicRequest().setName("a").setPartitionIndexes(List.of(0)));
    return List.of(new Sample(new ProduceHandler(shared), produce), new Sample(new FetchHandler(shared), fetch),
        new Sample(new ListOffsetsHandler(shared), list), new Sample(new OffsetForLeaderEpochHandler(shared), epochs),
        new Sample(new DeleteRecordsHandler(shared), delete), new Sample(new DescribeLogDirsHandler(shared), dirs),
        new Sample(new DescribeProducersHandler(shared), producers));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
  void isAnsweredOrRefused(int index) throws IOException {
    FakeLog.UNRELEASED.set(0);
    Random random = new Random(index);
    try (TestBroker broker = new TestBroker()) {
      broker.start();
      UUID id = broker.create("a", 2);
      broker.append("a", 0, 3);
      Sample sample = samples(broker, id).get(index);
      ApiHandler handler = sample.handler();
      int refused = 0;
      for (int round = 0; round < ROUNDS; round++) {
        int version = handler.lowestVersion() + random.nextInt(handler.highestVersion() - handler.lowestVersion() + 1);
        byte[] bytes = Messages.toBytes(sample.message(), (short) version);
        for (int i = random.nextInt(4); i > 0; i--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        FakeRequest request = new FakeRequest(handler.api(), Unpooled.wrappedBuffer(bytes, 0, bytes.length - random.nextInt(2)),
            version);
        try {
          handler.handle(request);
        } catch (MalformedMessageException | InvalidRecordBatchException e) {
          refused++;
          continue;
        }
        TestBroker.awaitTrue(() -> {
          request.runLoop();
          if (!request.isAnswered()) {
            broker.scheduler.advance(Integer.MAX_VALUE);
          }
          return request.isAnswered();
        });
      }
      assertThat(refused).isPositive().isLessThan(ROUNDS);
    }
    assertThat(FakeLog.UNRELEASED).hasValue(0);
  }
}
