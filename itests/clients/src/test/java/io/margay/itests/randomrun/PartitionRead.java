package io.margay.itests.randomrun;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What was read of a partition: each record is compared with what it must be when it comes, and of each little is kept. */
final class PartitionRead {
  private final Place place;
  private final PartitionModel model;
  private final long baseTimestamp;
  final LongArray offsets = new LongArray();
  final LongArray timestamps = new LongArray();
  /** Producer in the lowest bit, the number of the record above it. */
  private final LongArray numbers = new LongArray();
  private long bytes;

  PartitionRead(Place place, PartitionModel model, long baseTimestamp) {
    this.place = place;
    this.model = model;
    this.baseTimestamp = baseTimestamp;
  }

  Place place() {
    return place;
  }

  void add(ConsumerRecord<Integer, byte[]> r) {
    ByteBuffer id = ByteBuffer.wrap(r.headers().lastHeader(RunWriter.ID).value());
    int generation = id.getInt();
    int producer = id.getInt();
    int n = id.getInt();
    String what = place + " offset " + r.offset() + ", record " + n + " of producer " + producer;
    check(generation == model.generation(), what + " is of a topic that was deleted");
    check(n < model.sent(producer), what + " was not sent");
    long known = model.offset(producer, n);
    check(known == r.offset() || known == PartitionModel.UNKNOWN, what + " was acknowledged with offset " + known);
    long hash = place.hash(generation, producer, n);
    check(r.key() == Place.key(hash), what + " has key " + r.key());
    check(Arrays.equals(r.value(), place.value(hash)), what + " has another value");
    check(r.timestamp() == Place.timestamp(baseTimestamp, n, hash), what + " has timestamp " + r.timestamp());
    check(offsets.size() == 0 || r.offset() > offsets.get(offsets.size() - 1), what + " came after a higher offset");
    offsets.add(r.offset());
    timestamps.add(r.timestamp());
    numbers.add((long) n << 1 | producer);
    bytes += (r.value() == null ? 0 : r.value().length) + 200;
  }

  /**
   * Compares all that was read.
   *
   * @param start the log start offset after it was read: what is below may be there or not
   * @param end the end of the log before that
   */
  void compare(long start, long end) {
    check(start >= model.start(), place + " starts at " + start + ", and started at " + model.start());
    check(start >= model.lowest(), place + " starts at " + start + ", and all before " + model.lowest() + " was deleted");
    check(place.compacted() || place.hasRetention() || start == model.lowest(), place + " starts at " + start
        + " though nothing but the request to delete before " + model.lowest() + " deletes");
    check(end >= model.end(), place + " ends at " + end + ", and " + model.end() + " is acknowledged");
    model.startSeen(start);
    int[] last = {-1, -1};
    long previous = start - 1;
    for (int i = firstFrom(start); i < offsets.size(); i++) {
      int producer = (int) numbers.get(i) & 1;
      int n = (int) (numbers.get(i) >> 1);
      check(place.compacted() ? offsets.get(i) > previous : offsets.get(i) == previous + 1,
          place + " has offset " + offsets.get(i) + " after " + previous);
      previous = offsets.get(i);
      boolean inOrder = place.compacted() ? n > last[producer] : last[producer] < 0 ? isFirst(producer, n, start) : n == last[producer] + 1;
      check(inOrder, place + " has record " + n + " of producer " + producer + " after " + last[producer] + ", start " + start);
      last[producer] = n;
    }
    if (place.compacted()) {
      compareKeys();
    } else {
      check(previous == end - 1, place + " was read to " + previous + ", and ends at " + end);
      for (int producer = 0; producer < PartitionModel.PRODUCERS; producer++) {
        check(last[producer] >= 0 ? last[producer] == model.sent(producer) - 1 : isFirst(producer, model.sent(producer), start),
            place + " has up to record " + last[producer] + " of producer " + producer + ", and " + model.sent(producer)
                + " are acknowledged");
      }
      check(!place.hasRetention() || start <= model.lowest() || bytes >= Place.MIN_RETENTION_BYTES,
          place + " keeps " + bytes + " bytes, less than retention demands");
    }
  }

  /** Whether all records before this one may be below the start. */
  private boolean isFirst(int producer, int n, long start) {
    for (int i = n - 1; i >= 0; i--) {
      long offset = model.offset(producer, i);
      if (offset != PartitionModel.UNKNOWN) {
        return offset < start;
      }
    }
    return true;
  }

  /** The last record of each key is there; a tombstone may be gone. */
  private void compareKeys() {
    long[] seen = new long[Place.KEYS];
    Arrays.fill(seen, -1);
    boolean[] known = new boolean[Place.KEYS];
    for (int i = 0; i < offsets.size(); i++) {
      int key = keyOf(i);
      seen[key] = offsets.get(i);
      known[key] = model.offset((int) numbers.get(i) & 1, (int) (numbers.get(i) >> 1)) >= 0;
    }
    for (int key = 0; key < Place.KEYS; key++) {
      long expected = model.lastOfKey(key);
      boolean right = seen[key] == expected || seen[key] > expected && !known[key] || seen[key] < expected && isTombstone(expected);
      check(right, place + " has key " + key + " last at offset " + seen[key] + ", and it was acknowledged at " + expected);
    }
  }

  private int keyOf(int i) {
    return Place.key(place.hash(model.generation(), (int) numbers.get(i) & 1, (int) (numbers.get(i) >> 1)));
  }

  private boolean isTombstone(long offset) {
    for (int producer = 0; producer < PartitionModel.PRODUCERS; producer++) {
      for (int n = model.sent(producer) - 1; n >= 0; n--) {
        if (model.offset(producer, n) == offset) {
          return place.value(place.hash(model.generation(), producer, n)) == null;
        }
      }
    }
    return false;
  }

  /** @return the index of the first record at or after an offset */
  int firstFrom(long offset) {
    int at = offsets.indexOf(offset);
    return at >= 0 ? at : -at - 1;
  }

  /** Whether a later record has the same key, so that compaction may have removed this one by now. */
  boolean mayGo(int i) {
    if (!place.compacted()) {
      return false;
    }
    int key = keyOf(i);
    return model.lastOfKey(key) > offsets.get(i) || isTombstone(offsets.get(i));
  }

  static void check(boolean right, String otherwise) {
    if (!right) {
      throw new AssertionError(otherwise);
    }
  }
}
