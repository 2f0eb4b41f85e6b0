package io.margay.http.internal;

import io.margay.protocol.record.RecordHeader;
import java.util.List;

/**
 * A record that a client sends to be written.
 *
 * @param partition the partition, or null to let the topic's partitioner choose
 * @param timestampMs its time in milliseconds since 1970, or null for now; only with a partition
 * @param key its key
 * @param value its value
 * @param headers in order
 */
record RecordRequest(Integer partition, Long timestampMs, Payload key, Payload value, List<RecordHeader> headers) {
  /** The size of its contents in bytes. */
  int sizeBytes() {
    int size = key.sizeBytes() + value.sizeBytes();
    for (RecordHeader h : headers) {
      size += h.key().length() + (h.value() == null ? 0 : h.value().length);
    }
    return size;
  }
}
