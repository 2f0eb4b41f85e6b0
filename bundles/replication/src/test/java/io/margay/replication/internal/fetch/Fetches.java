package io.margay.replication.internal.fetch;

import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchRequest.FetchPartition;
import io.margay.protocol.message.FetchRequest.FetchTopic;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.FetchResponse.FetchableTopicResponse;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.protocol.record.BatchCursor;
import io.margay.protocol.record.RecordBatches;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Builds fetch requests and looks into answers. */
final class Fetches {
  private Fetches() { }

  static FetchRequest sessionless(FetchTopic... topics) {
    return new FetchRequest().setMinBytes(1).setMaxWaitMs(500).setSessionEpoch(-1).setTopics(List.of(topics));
  }

  static FetchRequest inSession(int id, int epoch, FetchTopic... topics) {
    return sessionless(topics).setSessionId(id).setSessionEpoch(epoch);
  }

  static FetchTopic topic(String name, FetchPartition... partitions) {
    return new FetchTopic().setTopic(name).setPartitions(new ArrayList<>(List.of(partitions)));
  }

  static FetchTopic topic(UUID id, FetchPartition... partitions) {
    return topic("", partitions).setTopicId(id);
  }

  static FetchPartition from(int partition, long offset) {
    return new FetchPartition().setPartition(partition).setFetchOffset(offset).setPartitionMaxBytes(1 << 20);
  }

  static PartitionData only(FetchResponse response) {
    List<FetchableTopicResponse> topics = response.responses();
    if (topics.size() != 1 || topics.get(0).partitions().size() != 1) {
      throw new AssertionError("one partition expected: " + response);
    }
    return topics.get(0).partitions().get(0);
  }

  /** Base offsets of the batches. */
  static List<Long> offsets(PartitionData data) {
    List<Long> offsets = new ArrayList<>();
    if (data.records() != null && data.records().sizeBytes() > 0) {
      BatchCursor cursor = RecordBatches.cursor(data.records().bufferOrNull());
      while (cursor.next()) {
        offsets.add(cursor.batch().baseOffset());
      }
    }
    return offsets;
  }
}
