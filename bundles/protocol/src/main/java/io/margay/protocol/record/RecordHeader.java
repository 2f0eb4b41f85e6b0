package io.margay.protocol.record;

import java.util.Arrays;
import java.util.Objects;

/**
 * Header of a record. Keys may repeat within a record, and their order is kept.
 *
 * @param key never null, may be empty
 * @param value may be null; not copied, so neither side may change it afterwards
 */
public record RecordHeader(String key, byte[] value) {
  public RecordHeader {
    Objects.requireNonNull(key, "key");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RecordHeader header && key.equals(header.key) && Arrays.equals(value, header.value);
  }

  @Override
  public int hashCode() {
    return 31 * key.hashCode() + Arrays.hashCode(value);
  }

  /** Names the key and the size of the value; contents do not belong in logs. */
  @Override
  public String toString() {
    return "RecordHeader[key=" + key + ", valueSizeBytes=" + (value == null ? -1 : value.length) + "]";
  }
}
