package io.margay.spi.partitioner;

import io.margay.protocol.record.RecordHeader;
import java.util.List;
import java.util.Objects;

/**
 * A record that needs a partition. The arrays are not copied; they do not change during the call.
 *
 * @param topic the topic's name, not null
 * @param key may be null
 * @param value may be null
 * @param headers in order, not null, may be empty
 */
public record PartitionerRecord(String topic, byte[] key, byte[] value, List<RecordHeader> headers) {
  public PartitionerRecord {
    Objects.requireNonNull(topic, "topic");
    Objects.requireNonNull(headers, "headers");
  }

  /** @return bytes of key, value and headers, without what a batch adds */
  public int sizeBytes() {
    int size = (key == null ? 0 : key.length) + (value == null ? 0 : value.length);
    for (RecordHeader header : headers) {
      size += header.key().length() + (header.value() == null ? 0 : header.value().length);
    }
    return size;
  }

  /** Names sizes only; contents do not belong in logs. */
  @Override
  public String toString() {
    return "PartitionerRecord[topic=" + topic + ", keySizeBytes=" + (key == null ? -1 : key.length) + ", valueSizeBytes="
        + (value == null ? -1 : value.length) + ", headers=" + headers.size() + "]";
  }
}
