package io.margay.shell.internal;

import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import io.margay.protocol.BufferRecords;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceResponse;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.protocol.record.RecordHeader;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Collects records and produces them in batches, acknowledged by all in-sync replicas. The topic's
 * partitioner chooses where they go. One thread.
 */
final class RecordSender {
  /** Bytes and records of a batch; a larger record is a batch of its own. */
  static final int BATCH_BYTES = 64 * 1024;
  static final int BATCH_RECORDS = 1000;

  /** What arrived: records, and the first and last offset, in one partition. */
  record Written(int partition, long records, long firstOffset, long lastOffset) { }

  private record Pending(byte[] key, byte[] value, List<RecordHeader> headers, long timestampMs) { }

  private final Requests requests;
  private final TopicImage topic;
  private final Integer fixedPartition;
  private final PartitionChoice choice;
  private final Map<Integer, List<Pending>> pending = new TreeMap<>();
  private final Map<Integer, Written> written = new TreeMap<>();
  private int bytes;
  private int count;

  /**
   * @param topic where to
   * @param partition for all records, or null to choose
   * @param choice chooses
   */
  RecordSender(Requests requests, TopicImage topic, Integer partition, PartitionChoice choice) {
    this.requests = requests;
    this.topic = topic;
    this.fixedPartition = partition;
    this.choice = choice;
  }

  /** Adds a record, and sends when a batch is full. */
  void add(byte[] key, byte[] value, List<RecordHeader> headers) throws InterruptedException {
    int size = RecordBatchBuilder.maxRecordSizeBytes(key == null ? 0 : key.length, value == null ? 0 : value.length, headers);
    if (count > 0 && bytes + size > BATCH_BYTES) {
      flush();
    }
    pending.computeIfAbsent(partition(key, value, headers), p -> new ArrayList<>())
        .add(new Pending(key, value, headers, System.currentTimeMillis()));
    bytes += size;
    count++;
    if (count >= BATCH_RECORDS || bytes >= BATCH_BYTES) {
      flush();
    }
  }

  /** Sends what there is and waits until it is written. */
  void flush() throws InterruptedException {
    if (count == 0) {
      return;
    }
    Map<BrokerId, List<ProduceRequest.PartitionProduceData>> byLeader = new TreeMap<>();
    pending.forEach((partition, records) -> byLeader
        .computeIfAbsent(requests.leader(new TopicPartition(topic.name(), partition)), b -> new ArrayList<>())
        .add(new ProduceRequest.PartitionProduceData().setIndex(partition).setRecords(batch(records))));
    List<CompletableFuture<ProduceResponse>> answers = new ArrayList<>();
    byLeader.forEach((leader, data) -> answers.add(requests.start(leader, ProduceRequest.API, new ProduceRequest().setAcks((short) -1)
        .setTimeoutMs(Requests.TIMEOUT_MS).setTopicData(List.of(
            new ProduceRequest.TopicProduceData().setName(topic.name()).setTopicId(topic.id()).setPartitionData(data))),
        new ProduceResponse())));
    ShellException failure = null;
    for (CompletableFuture<ProduceResponse> answer : answers) {
      try {
        add(requests.await(ProduceRequest.API, answer));
      } catch (ShellException e) {
        // the other answers say what has arrived
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
    pending.clear();
    bytes = 0;
    count = 0;
  }

  private void add(ProduceResponse response) {
    for (var topicResponse : response.responses()) {
      for (var p : topicResponse.partitionResponses()) {
        Requests.check(p.errorCode(), p.errorMessage(), "cannot produce to " + topic.name() + " partition " + p.index());
        int records = pending.getOrDefault(p.index(), List.of()).size();
        Written now = new Written(p.index(), records, p.baseOffset(), p.baseOffset() + records - 1);
        written.merge(p.index(), now, (a, b) ->
            new Written(a.partition(), a.records() + b.records(), a.firstOffset(), b.lastOffset()));
      }
    }
  }

  /** What was written so far, by partition. */
  List<Written> written() {
    return List.copyOf(written.values());
  }

  private int partition(byte[] key, byte[] value, List<RecordHeader> headers) throws InterruptedException {
    return fixedPartition != null ? fixedPartition : choice.partition(topic, key, value, headers);
  }

  private static BufferRecords batch(List<Pending> records) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT)) {
      records.forEach(r -> builder.append(r.timestampMs(), r.key(), r.value(), r.headers()));
      return new BufferRecords(builder.build());
    }
  }
}
