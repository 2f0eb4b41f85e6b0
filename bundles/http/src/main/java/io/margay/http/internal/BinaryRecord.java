package io.margay.http.internal;

import java.util.Arrays;
import java.util.List;

/** A body that is the value of one record. */
final class BinaryRecord implements RecordSource {
  private static final int FIRST_BYTES = 4096;

  private final Integer partition;
  private final Payload key;
  private final int maxBytes;
  private byte[] value = new byte[FIRST_BYTES];
  private int size;
  private boolean ended;

  /**
   * @param partition the partition, or null to let the topic's partitioner choose
   * @param key the key
   * @param maxBytes the largest value
   */
  BinaryRecord(Integer partition, Payload key, int maxBytes) {
    this.partition = partition;
    this.key = key;
    this.maxBytes = maxBytes;
  }

  @Override
  public void feed(byte[] bytes, int length) {
    if (size + length > value.length && size <= maxBytes) {
      value = Arrays.copyOf(value, Math.max(size + length, Math.min(2 * value.length, maxBytes)));
    }
    if (size + length <= value.length) {
      System.arraycopy(bytes, 0, value, size, length);
    }
    size += length;
  }

  @Override
  public void end() {
    ended = true;
  }

  @Override
  public Item next() {
    if (size > maxBytes) {
      return new Broken(HttpError.tooLarge("the body has more than the topic's max.message.bytes, " + maxBytes));
    }
    if (!ended || value == null) {
      return null;
    }
    Payload payload = new Payload("BINARY", Arrays.copyOf(value, size));
    value = null;
    size = 0;
    return new Parsed(new RecordRequest(partition, null, key, payload, List.of()));
  }

  @Override
  public int pendingBytes() {
    return size;
  }
}
