package io.margay.shares.internal.letters;

import io.margay.protocol.record.RecordHeader;
import io.margay.shares.internal.partition.GivenUp;
import io.margay.shares.internal.state.StateKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A record of a dead letter topic.
 *
 * @param offset of the record that was given up
 * @param key its key; null when it has none or is not copied
 * @param value as for the key
 * @param headers where it comes from, with Kafka's names, and its own headers when it is copied
 */
record Letter(long offset, byte[] key, byte[] value, List<RecordHeader> headers) {
  private static final String TOPIC = "__dlq.errors.topic";
  private static final String PARTITION = "__dlq.errors.partition";
  private static final String OFFSET = "__dlq.errors.offset";
  private static final String GROUP = "__dlq.errors.group";
  private static final String COUNT = "__dlq.errors.delivery.count";
  private static final String MESSAGE = "__dlq.errors.message";
  private static final String REJECTED = "Offset rejected by client.";
  private static final String TOO_OFTEN = "Offset delivery count exceeded the threshold.";

  /** A letter that says only where the record is. */
  static Letter about(StateKey key, String topic, GivenUp why, long offset) {
    List<RecordHeader> headers = new ArrayList<>(6);
    headers.add(header(TOPIC, topic));
    headers.add(header(PARTITION, Integer.toString(key.partition())));
    headers.add(header(OFFSET, Long.toString(offset)));
    headers.add(header(GROUP, key.groupId()));
    headers.add(header(COUNT, Short.toString(why.count())));
    if (why.cause() != GivenUp.UNKNOWN) {
      headers.add(header(MESSAGE, why.cause() == GivenUp.REJECTED ? REJECTED : TOO_OFTEN));
    }
    return new Letter(offset, null, null, headers);
  }

  private static RecordHeader header(String name, String text) {
    return new RecordHeader(name, text.getBytes(StandardCharsets.UTF_8));
  }

  /** The same with what is in the record. */
  Letter with(byte[] newKey, byte[] newValue, List<RecordHeader> more) {
    List<RecordHeader> all = new ArrayList<>(headers);
    all.addAll(more);
    return new Letter(offset, newKey, newValue, all);
  }

  /** The same without what is in the record. */
  Letter bare() {
    return new Letter(offset, null, null, headers.stream().filter(h -> h.key().startsWith("__dlq.errors.")).toList());
  }

  int sizeBytes() {
    int bytes = 200 + (key == null ? 0 : key.length) + (value == null ? 0 : value.length);
    for (RecordHeader h : headers) {
      bytes += h.key().length() + (h.value() == null ? 0 : h.value().length);
    }
    return bytes;
  }

  /** The offset of the record that a letter is about; -1 when it is of another share partition. */
  static long offsetOf(List<RecordHeader> headers, StateKey key, String topic) {
    long offset = -1;
    int same = 0;
    for (RecordHeader h : headers) {
      String text = h.value() == null ? "" : new String(h.value(), StandardCharsets.UTF_8);
      switch (h.key()) {
        case TOPIC -> same += text.equals(topic) ? 1 : 0;
        case PARTITION -> same += text.equals(Integer.toString(key.partition())) ? 1 : 0;
        case GROUP -> same += text.equals(key.groupId()) ? 1 : 0;
        case OFFSET -> offset = text.matches("\\d{1,18}") ? Long.parseLong(text) : -1;
        default -> { }
      }
    }
    return same == 3 ? offset : -1;
  }
}
