package io.margay.shell.internal;

import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.Records;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.record.BatchCursor;
import io.margay.protocol.record.Record;
import io.margay.protocol.record.RecordBatches;
import io.margay.protocol.record.RecordReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Runs {@code consume}. Without --follow it ends at the end that the partitions had when it began, or when one cannot be read; with
 * --follow it waits, bounded, for leaders that change.
 */
final class Consuming {
  private static final int WAIT_MS = 500;
  /** Several brokers are asked at the same time, and the slowest answer is waited for. */
  private static final int WAIT_OF_SEVERAL_MS = 100;
  /** So long may leaders change, or be out of reach, until --follow gives up. */
  private static final long PATIENCE_MS = 30_000;
  private static final long PAUSE_MS = 100;
  private static final int RESPONSE_BYTES_MAX = 4 * 1024 * 1024;
  private static final int PARTITION_BYTES_MAX = 1024 * 1024;
  private static final long DECOMPRESSED_BYTES_MAX = 128L * 1024 * 1024;
  private static final int NO_SESSION = -1;

  /** What becomes of a record. */
  @FunctionalInterface
  interface Sink {
    /** Takes the next record of a partition; it is valid during the call. */
    void accept(int partition, Record record);
  }

  private final Requests requests;
  private final CommandFunction.Io io;
  private final ConsumeOptions options;
  private final TopicImage topic;
  private final Sink sink;
  /** Next offset of each partition. */
  private final Map<TopicPartition, Long> positions = new TreeMap<>();
  private Map<TopicPartition, Long> ends = Map.of();
  private long left;
  /** What kept --follow from reading in the last round, or null. */
  private String trouble;
  /** When that began, as of {@link System#nanoTime}. */
  private long troubleSince;

  Consuming(Requests requests, CommandFunction.Io io, ConsumeOptions options) {
    this(requests, io, options, new RecordPrinter(io.out(), options)::print);
  }

  Consuming(Requests requests, CommandFunction.Io io, ConsumeOptions options, Sink sink) {
    this.requests = requests;
    this.io = io;
    this.options = options;
    topic = requests.topic(options.topic);
    this.sink = sink;
    if (options.count != null && options.count < 1) {
      throw new ShellException("-n needs a number of records, 1 or more, not " + options.count);
    }
    left = options.count == null ? Long.MAX_VALUE : options.count;
  }

  void run() throws InterruptedException {
    List<TopicPartition> partitions = Offsets.partitions(topic);
    if (options.partition != null) {
      Requests.requirePartition(topic, options.partition);
      partitions = List.of(partitions.get(options.partition));
    }
    Offsets offsets = new Offsets(requests);
    ends = offsets.at(partitions, Offsets.LATEST);
    if (ends.size() < partitions.size()) {
      throw new ShellException("not all leaders of topic " + topic.name() + " can be reached from here; partition:list "
          + topic.name() + " shows them, -p chooses a partition");
    }
    start(offsets, partitions);
    try {
      while (left > 0 && (options.follow || !atEnd())) {
        fetch();
        io.out().flush();
        if (io.out().checkError()) {
          return;
        }
      }
    } finally {
      if (options.group != null) {
        commit();
      }
    }
  }

  private void start(Offsets offsets, List<TopicPartition> partitions) throws InterruptedException {
    Position position = Position.parse(options.offset == null ? "earliest" : options.offset);
    positions.putAll(position.resolve(offsets, partitions));
    if (!options.follow && positions.entrySet().stream().allMatch(e -> e.getValue() > ends.get(e.getKey()))) {
      throw new ShellException("no partition has an offset " + options.offset + "; offset:list " + topic.name()
          + " shows what they have");
    }
    if (options.group != null && options.offset == null) {
      new GroupOffsets(requests).committed(options.group).forEach((tp, offset) -> positions.replace(tp, offset));
    }
  }

  private boolean atEnd() {
    return positions.entrySet().stream().allMatch(e -> e.getValue() >= ends.get(e.getKey()));
  }

  private void fetch() throws InterruptedException {
    Map<BrokerId, List<FetchRequest.FetchPartition>> wanted = new TreeMap<>();
    positions.forEach((tp, offset) -> {
      if (options.follow || offset < ends.get(tp)) {
        wanted.computeIfAbsent(requests.leader(tp), b -> new ArrayList<>()).add(new FetchRequest.FetchPartition()
            .setPartition(tp.partition()).setFetchOffset(offset).setPartitionMaxBytes(PARTITION_BYTES_MAX));
      }
    });
    int waitMs = wanted.size() == 1 ? WAIT_MS : WAIT_OF_SEVERAL_MS;
    List<CompletableFuture<FetchResponse>> answers = new ArrayList<>();
    wanted.forEach((leader, partitions) -> answers.add(requests.start(leader, FetchRequest.API, new FetchRequest()
        .setMaxWaitMs(waitMs).setMinBytes(1).setMaxBytes(RESPONSE_BYTES_MAX).setSessionEpoch(NO_SESSION)
        .setTopics(List.of(new FetchRequest.FetchTopic().setTopic(topic.name()).setTopicId(topic.id()).setPartitions(partitions))),
        new FetchResponse())));
    String before = trouble;
    trouble = null;
    for (CompletableFuture<FetchResponse> answer : answers) {
      FetchResponse response = null;
      try {
        response = requests.await(FetchRequest.API, answer);
      } catch (ShellException e) {
        trouble = e.getMessage();
      }
      if (response != null) {
        read(response);
      }
    }
    if (trouble != null) {
      troubleSince = before == null ? System.nanoTime() : troubleSince;
      if (!options.follow || System.nanoTime() - troubleSince > TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS)) {
        throw new ShellException(trouble);
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
    }
  }

  private void read(FetchResponse response) {
    Requests.check(response.errorCode(), null, "cannot read topic " + topic.name());
    for (var topicResponse : response.responses()) {
      for (var p : topicResponse.partitions()) {
        try {
          read(p);
        } finally {
          if (p.records() != null) {
            p.records().release();
          }
        }
      }
    }
  }

  private void read(FetchResponse.PartitionData data) {
    TopicPartition tp = new TopicPartition(topic.name(), data.partitionIndex());
    if (data.errorCode() == Errors.OFFSET_OUT_OF_RANGE.code()) {
      throw new ShellException("partition " + tp.partition() + " of topic " + topic.name() + " has no offset " + positions.get(tp)
          + "; offset:list " + topic.name() + " shows what it has");
    }
    String what = "cannot read topic " + topic.name() + " partition " + tp.partition();
    if (Errors.forCode(data.errorCode()).retriable()) {
      trouble = what + ": " + Requests.text(data.errorCode(), null);
      return;
    }
    Requests.check(data.errorCode(), null, what);
    Records records = data.records();
    if (records == null || records.sizeBytes() == 0) {
      return;
    }
    BatchCursor cursor = RecordBatches.cursor(records.bufferOrNull());
    while (left > 0 && cursor.next()) {
      if (!cursor.batch().isControl()) {
        print(tp, cursor);
      }
      if (left > 0) {
        positions.merge(tp, cursor.batch().nextOffset(), Math::max);
      }
    }
  }

  private void print(TopicPartition tp, BatchCursor cursor) {
    try (RecordReader reader = RecordReader.open(cursor.batch(), DECOMPRESSED_BYTES_MAX)) {
      while (left > 0 && reader.hasNext()) {
        Record record = reader.next();
        boolean wanted = record.offset() >= positions.get(tp) && (options.follow || record.offset() < ends.get(tp));
        if (wanted) {
          sink.accept(tp.partition(), record);
          positions.put(tp, record.offset() + 1);
          left--;
        }
      }
    }
  }

  private void commit() throws InterruptedException {
    // the interrupt that ended --follow must not keep the group from its commit
    boolean interrupted = Thread.interrupted();
    try {
      new GroupOffsets(requests).commit(options.group, new HashMap<>(positions));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
