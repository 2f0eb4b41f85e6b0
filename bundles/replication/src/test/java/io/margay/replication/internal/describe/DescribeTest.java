package io.margay.replication.internal.describe;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Errors;
import io.margay.protocol.message.AlterReplicaLogDirsRequest;
import io.margay.protocol.message.AlterReplicaLogDirsRequest.AlterReplicaLogDir;
import io.margay.protocol.message.AlterReplicaLogDirsRequest.AlterReplicaLogDirTopic;
import io.margay.protocol.message.AlterReplicaLogDirsResponse;
import io.margay.protocol.message.DescribeLogDirsRequest;
import io.margay.protocol.message.DescribeLogDirsRequest.DescribableLogDirTopic;
import io.margay.protocol.message.DescribeLogDirsResponse;
import io.margay.protocol.message.DescribeLogDirsResponse.DescribeLogDirsResult;
import io.margay.protocol.message.DescribeProducersRequest;
import io.margay.protocol.message.DescribeProducersRequest.TopicRequest;
import io.margay.protocol.message.DescribeProducersResponse;
import io.margay.protocol.message.DescribeProducersResponse.PartitionResponse;
import io.margay.replication.internal.TestBroker;
import io.margay.spi.handler.FakeRequest;
import io.margay.spi.log.PartitionLog.ProducerInfo;
import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StorageSettings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DescribeTest {
  private final TestBroker broker = new TestBroker();

  @BeforeEach
  void start() {
    broker.start();
    broker.create("a", 2);
    broker.create("b", 1);
    broker.append("a", 1, 5);
  }

  @AfterEach
  void stop() {
    broker.close();
  }

  private DescribeLogDirsResult dir(List<DescribableLogDirTopic> topics, int version) {
    FakeRequest request = new FakeRequest(DescribeLogDirsRequest.API, new DescribeLogDirsRequest().setTopics(topics), version);
    new DescribeLogDirsHandler(broker.replication).handle(request);
    DescribeLogDirsResponse response = request.answer(new DescribeLogDirsResponse());
    assertThat(response.results()).hasSize(1);
    return response.results().get(0);
  }

  @Test
  void describesAllLogs() {
    for (int version = 1; version <= 5; version++) {
      DescribeLogDirsResult dir = dir(null, version);
      assertThat(dir.logDir()).isEqualTo("memory");
      assertThat(dir.totalBytes()).isEqualTo(version >= 4 ? 1000 : -1);
      assertThat(dir.usableBytes()).isEqualTo(version >= 4 ? 400 : -1);
      assertThat(dir.topics()).hasSize(2);
      assertThat(dir.topics().get(0).partitions().get(1).partitionSize()).isEqualTo(broker.log("a", 1).sizeBytes());
      assertThat(dir.topics().get(0).partitions().get(1).offsetLag()).isZero();
    }
  }

  @Test
  void describesSomeLogs() {
    DescribeLogDirsResult dir = dir(List.of(new DescribableLogDirTopic().setTopic("a").setPartitions(List.of(1, 9)),
        new DescribableLogDirTopic().setTopic("none").setPartitions(List.of(0))), 4);
    assertThat(dir.topics()).hasSize(1);
    assertThat(dir.topics().get(0).partitions()).hasSize(1);
    assertThat(dir(List.of(), 4).topics()).isEmpty();
  }

  @Test
  void theDirectoriesOfLogDirsComeFirst() {
    broker.settings.set(StorageSettings.LOG_DIRS, "/second,/first");
    broker.logs.places = List.of(new StorageEngine.Place("memory:", -1, -1, null), new StorageEngine.Place("/first", 10, 4, null),
        new StorageEngine.Place("/second", 10, 4, null));
    FakeRequest request = new FakeRequest(DescribeLogDirsRequest.API, new DescribeLogDirsRequest().setTopics(null), 4);
    new DescribeLogDirsHandler(broker.replication).handle(request);
    assertThat(request.answer(new DescribeLogDirsResponse()).results()).extracting(DescribeLogDirsResult::logDir)
        .containsExactly("/second", "/first", "memory:");
  }

  @Test
  void logsMoveToOtherDirectories() {
    broker.logs.places = List.of(new StorageEngine.Place("memory", 1000, 400, null), new StorageEngine.Place("second", 10, 4, null));
    AlterReplicaLogDirsRequest alter = new AlterReplicaLogDirsRequest();
    alter.dirs().add(new AlterReplicaLogDir().setPath("second").setTopics(List.of(
        new AlterReplicaLogDirTopic().setName("a").setPartitions(List.of(1, 9)),
        new AlterReplicaLogDirTopic().setName("none").setPartitions(List.of(0)))));
    alter.dirs().add(new AlterReplicaLogDir().setPath("nowhere").setTopics(List.of(
        new AlterReplicaLogDirTopic().setName("b").setPartitions(List.of(0)))));
    alter.dirs().add(new AlterReplicaLogDir().setPath("offline").setTopics(List.of(
        new AlterReplicaLogDirTopic().setName("a").setPartitions(List.of(0)))));
    FakeRequest request = new FakeRequest(AlterReplicaLogDirsRequest.API, alter, 2);
    new AlterReplicaLogDirsHandler(broker.replication).handle(request);
    List<String> answers = new ArrayList<>();
    request.answer(new AlterReplicaLogDirsResponse()).results().forEach(topic -> topic.partitions().forEach(partition ->
        answers.add(topic.topicName() + "-" + partition.partitionIndex() + " " + Errors.forCode(partition.errorCode()))));
    assertThat(answers).containsExactly("a-1 NONE", "a-9 UNKNOWN_TOPIC_OR_PARTITION", "a-0 KAFKA_STORAGE_ERROR",
        "none-0 UNKNOWN_TOPIC_OR_PARTITION", "b-0 LOG_DIR_NOT_FOUND");

    FakeRequest describe = new FakeRequest(DescribeLogDirsRequest.API, new DescribeLogDirsRequest().setTopics(null), 4);
    new DescribeLogDirsHandler(broker.replication).handle(describe);
    DescribeLogDirsResult second = describe.answer(new DescribeLogDirsResponse()).results().get(1);
    assertThat(second.logDir()).isEqualTo("second");
    assertThat(second.topics().get(0).partitions()).singleElement().satisfies(future -> {
      assertThat(future.isFutureKey()).isTrue();
      assertThat(future.partitionIndex()).isEqualTo(1);
      assertThat(future.partitionSize()).isEqualTo(10);
      assertThat(future.offsetLag()).isEqualTo(3);
    });
  }

  @Test
  void describesProducers() {
    broker.log("a", 0).producers = List.of(new ProducerInfo(7, 2, 30, 99, -1, -1));
    DescribeProducersRequest message = new DescribeProducersRequest();
    message.topics().add(new TopicRequest().setName("a").setPartitionIndexes(List.of(0, 1, 2)));
    FakeRequest request = new FakeRequest(DescribeProducersRequest.API, message, 0);
    new DescribeProducersHandler(broker.replication).handle(request);
    List<PartitionResponse> partitions = request.answer(new DescribeProducersResponse()).topics().get(0).partitions();
    assertThat(partitions.get(0).activeProducers()).hasSize(1);
    assertThat(partitions.get(0).activeProducers().get(0).lastSequence()).isEqualTo(30);
    assertThat(partitions.get(1).activeProducers()).isEmpty();
    assertThat(partitions.get(2).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(partitions.get(2).errorMessage()).isNotEmpty();
  }
}
