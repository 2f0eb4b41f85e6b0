package io.margay.shares.internal.letters;

import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.ListOffsetsRequest;
import io.margay.protocol.message.ListOffsetsResponse;
import io.margay.protocol.record.BatchCursor;
import io.margay.protocol.record.Record;
import io.margay.protocol.record.RecordBatches;
import io.margay.protocol.record.RecordReader;
import io.margay.shares.internal.state.StateKey;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Looks, at the end of a partition of a dead letter topic, for what a leader that is gone has copied there and could not write down any more. One
 * search; its steps follow each other.
 */
final class LetterSearch {
  /** How many letters, from the end, are looked at. */
  static final int LETTERS = 10_000;
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_RECORD_BYTES = 64 << 20;

  private final Post post;
  private final TopicPartition in;
  private final StateKey key;
  private final String topic;
  private final Set<Long> found = new HashSet<>();
  private long next = -1;
  private long end;

  LetterSearch(Post post, TopicPartition in, StateKey key, String topic) {
    this.post = post;
    this.in = in;
    this.key = key;
    this.topic = topic;
  }

  /** Completes with the offsets that letters are about; exceptionally when the partition cannot be read now. */
  CompletionStage<Set<Long>> run() {
    ListOffsetsRequest.ListOffsetsTopic asked = new ListOffsetsRequest.ListOffsetsTopic().setName(in.topic());
    asked.setPartitions(new ArrayList<>(List.of(new ListOffsetsRequest.ListOffsetsPartition().setPartitionIndex(in.partition())
        .setCurrentLeaderEpoch(-1).setTimestamp(-1))));
    return post.links().send(leader().leader(), ListOffsetsRequest.API,
        new ListOffsetsRequest().setReplicaId(-1).setTopics(new ArrayList<>(List.of(asked))), new ListOffsetsResponse(), r -> r)
        .thenCompose(response -> {
          var answer = response.topics().get(0).partitions().get(0);
          require(Errors.forCode(answer.errorCode()));
          end = answer.offset();
          next = Math.max(0, end - LETTERS);
          return more();
        });
  }

  private PartitionImage leader() {
    PartitionImage partition = post.image().get().partition(in);
    if (partition == null) {
      throw new IllegalStateException("no such partition: " + in);
    }
    return partition;
  }

  private static void require(Errors error) {
    if (error != Errors.NONE) {
      throw new IllegalStateException(error.toString());
    }
  }

  private CompletionStage<Set<Long>> more() {
    if (next >= end) {
      return CompletableFuture.completedFuture(found);
    }
    TopicImage image = post.image().get().topic(in.topic());
    FetchRequest.FetchTopic asked = new FetchRequest.FetchTopic().setTopic(in.topic()).setTopicId(image.id());
    asked.setPartitions(new ArrayList<>(List.of(new FetchRequest.FetchPartition().setPartition(in.partition()).setCurrentLeaderEpoch(-1)
        .setFetchOffset(next).setPartitionMaxBytes(MAX_BYTES))));
    FetchRequest request = new FetchRequest().setMaxWaitMs(0).setMinBytes(0).setMaxBytes(MAX_BYTES).setSessionId(0).setSessionEpoch(-1)
        .setTopics(new ArrayList<>(List.of(asked)));
    return post.links().send(leader().leader(), FetchRequest.API, request, new FetchResponse(), this::read).thenCompose(go -> more());
  }

  private boolean read(FetchResponse response) {
    require(Errors.forCode(response.errorCode()));
    FetchResponse.PartitionData data = response.responses().get(0).partitions().get(0);
    if (data.errorCode() == Errors.OFFSET_OUT_OF_RANGE.code() && data.logStartOffset() > next) {
      next = data.logStartOffset();
      return true;
    }
    require(Errors.forCode(data.errorCode()));
    long before = next;
    ByteBuf records = buffer(data);
    BatchCursor cursor = RecordBatches.cursor(records);
    while (cursor.next()) {
      try (RecordReader reader = RecordReader.open(cursor.batch(), MAX_RECORD_BYTES)) {
        while (!cursor.batch().isControl() && reader.hasNext()) {
          Record record = reader.next();
          found.add(Letter.offsetOf(record.headers(), key, topic));
        }
      }
      next = Math.max(next, cursor.batch().nextOffset());
    }
    // nothing more is there than this
    next = next == before ? end : next;
    return true;
  }

  private static ByteBuf buffer(FetchResponse.PartitionData data) {
    ByteBuf records = data.records() == null ? null : data.records().bufferOrNull();
    if (records == null) {
      throw new IllegalStateException("an answer without records in memory");
    }
    return records;
  }
}
