package io.margay.coordinator;

import java.util.Arrays;
import java.util.Objects;

/**
 * One record of an internal topic. The arrays are not copied and never changed.
 *
 * @param key the key with its record type, not null
 * @param value the value with its version; null is a tombstone
 */
public record CoordinatorRecord(byte[] key, byte[] value) {
  public CoordinatorRecord {
    Objects.requireNonNull(key, "key");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CoordinatorRecord that && Arrays.equals(key, that.key) && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(key) + Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return "record[key=" + key.length + " bytes, value=" + (value == null ? "none" : value.length + " bytes") + "]";
  }
}
