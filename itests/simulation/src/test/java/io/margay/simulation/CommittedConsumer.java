package io.margay.simulation;

import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchRequest.FetchPartition;
import io.margay.protocol.message.FetchRequest.FetchTopic;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.FetchResponse.AbortedTransaction;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.protocol.record.BatchCursor;
import io.margay.protocol.record.ControlRecordType;
import io.margay.protocol.record.ControlRecords;
import io.margay.protocol.record.Record;
import io.margay.protocol.record.RecordBatch;
import io.margay.protocol.record.RecordBatches;
import io.margay.protocol.record.RecordReader;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/** Reads a partition from its start with the isolation level read_committed, as clients do: it drops records of aborted transactions. */
final class CommittedConsumer extends SimulatedClient {
  private static final byte READ_COMMITTED = 1;

  private long position;

  private final BiConsumer<TopicPartition, String> sink;

  CommittedConsumer(SimulatedNetwork network, Machine machine, Invariants invariants, TopicPartition tp, int nodes) {
    this(network, machine, invariants, tp, nodes, invariants.transactions()::visible);
  }

  /** @param sink gets what it reads */
  CommittedConsumer(SimulatedNetwork network, Machine machine, Invariants invariants, TopicPartition tp, int nodes,
      BiConsumer<TopicPartition, String> sink) {
    super(network, machine, invariants, tp, nodes);
    this.sink = sink;
  }

  long position() {
    return position;
  }

  @Override
  void proceed() {
    FetchRequest request = new FetchRequest().setMaxWaitMs(200).setMinBytes(1).setMaxBytes(1 << 20).setSessionId(0).setSessionEpoch(-1)
        .setIsolationLevel(READ_COMMITTED).setTopics(List.of(new FetchTopic().setTopicId(topicId).setPartitions(List.of(
            new FetchPartition().setPartition(tp.partition()).setFetchOffset(position).setPartitionMaxBytes(1 << 16)
                .setCurrentLeaderEpoch(leaderEpoch)))));
    toLeader(FetchRequest.API, request, new FetchResponse(), this::fetched);
  }

  private void fetched(FetchResponse response) {
    Errors whole = Errors.forCode(response.errorCode());
    if (whole != Errors.NONE) {
      again(whole);
      return;
    }
    PartitionData data = response.responses().get(0).partitions().get(0);
    Errors error = Errors.forCode(data.errorCode());
    if (error != Errors.NONE) {
      again(error);
      return;
    }
    ByteBuf batches = data.records() == null ? null : data.records().bufferOrNull();
    if (batches != null) {
      read(batches, data.abortedTransactions() == null ? List.of() : data.abortedTransactions());
    }
    process.after(world.random(1, 30), this::next);
  }

  private void read(ByteBuf batches, List<AbortedTransaction> transactions) {
    ArrayDeque<AbortedTransaction> aborted = new ArrayDeque<>(transactions.stream()
        .sorted(Comparator.comparingLong(AbortedTransaction::firstOffset)).toList());
    Set<Long> dropped = new HashSet<>();
    BatchCursor cursor = RecordBatches.cursor(batches);
    while (cursor.next()) {
      RecordBatch batch = cursor.batch();
      while (!aborted.isEmpty() && aborted.peek().firstOffset() <= batch.lastOffset()) {
        dropped.add(aborted.poll().producerId());
      }
      try (RecordReader reader = RecordReader.open(batch, 1 << 20)) {
        while (reader.hasNext()) {
          read(batch, reader.next(), dropped);
        }
      }
      position = Math.max(position, batch.nextOffset());
    }
  }

  private void read(RecordBatch batch, Record record, Set<Long> dropped) {
    if (batch.isControl()) {
      if (ControlRecords.typeOf(record) == ControlRecordType.ABORT) {
        dropped.remove(batch.producerId());
      }
    } else if (record.offset() >= position && !dropped.contains(batch.producerId())) {
      sink.accept(tp, new String(record.valueBytes(), StandardCharsets.UTF_8));
    }
  }
}
