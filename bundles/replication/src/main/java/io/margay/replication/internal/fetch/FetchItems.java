package io.margay.replication.internal.fetch;

/**
 * The partitions of a fetch or of a session, each once, in an order. A hash table whose chains and order are links in the items
 * themselves. Not safe for threads.
 *
 * <p>Invariant: {@code sizeBytes} is the memory of the items and their topics.
 */
final class FetchItems {
  private static final int LARGEST_TABLE = 1 << 26;

  private FetchItem[] table;
  private FetchItem first;
  private FetchItem last;
  private int size;
  private long sizeBytes;

  /** @param expected about how many items there will be */
  FetchItems(int expected) {
    int capacity = 1;
    while (capacity < expected && capacity < LARGEST_TABLE) {
      capacity *= 2;
    }
    table = new FetchItem[capacity];
  }

  int size() {
    return size;
  }

  /** Bytes of heap. */
  long sizeBytes() {
    return sizeBytes;
  }

  /** The item of a partition; a new one, at the end, when it is missing. */
  FetchItem get(TopicKey topic, int partition) {
    int hash = topic.hash(partition);
    for (FetchItem item = table[hash & table.length - 1]; item != null; item = item.nextInBucket) {
      if (item.partition() == partition && item.key().isSame(topic)) {
        return item;
      }
    }
    if (size >= table.length && table.length < LARGEST_TABLE) {
      grow();
    }
    FetchItem item = new FetchItem(topic, partition);
    int bucket = hash & table.length - 1;
    item.nextInBucket = table[bucket];
    table[bucket] = item;
    link(item);
    size++;
    sizeBytes += FetchItem.SIZE_BYTES + topic.refer();
    return item;
  }

  private void grow() {
    FetchItem[] larger = new FetchItem[table.length * 2];
    for (FetchItem item = first; item != null; item = item.after) {
      int bucket = item.key().hash(item.partition()) & larger.length - 1;
      item.nextInBucket = larger[bucket];
      larger[bucket] = item;
    }
    table = larger;
  }

  /** Removes an item, if it is present. */
  void remove(TopicKey topic, int partition) {
    int bucket = topic.hash(partition) & table.length - 1;
    FetchItem previous = null;
    for (FetchItem item = table[bucket]; item != null; item = item.nextInBucket) {
      if (item.partition() == partition && item.key().isSame(topic)) {
        if (previous == null) {
          table[bucket] = item.nextInBucket;
        } else {
          previous.nextInBucket = item.nextInBucket;
        }
        unlink(item);
        size--;
        sizeBytes -= FetchItem.SIZE_BYTES + item.key().forget();
        return;
      }
      previous = item;
    }
  }

  /**
   * Moves an item behind the others, so that a partition that always has much data does not starve them; ignores a removed item.
   */
  void moveToEnd(FetchItem item) {
    if (item != last && (item.before != null || item == first)) {
      unlink(item);
      link(item);
    }
  }

  private void link(FetchItem item) {
    item.before = last;
    item.after = null;
    if (last == null) {
      first = item;
    } else {
      last.after = item;
    }
    last = item;
  }

  private void unlink(FetchItem item) {
    if (item.before == null) {
      first = item.after;
    } else {
      item.before.after = item.after;
    }
    if (item.after == null) {
      last = item.before;
    } else {
      item.after.before = item.before;
    }
    item.before = null;
    item.after = null;
  }

  FetchItem[] toArray() {
    FetchItem[] items = new FetchItem[size];
    int next = 0;
    for (FetchItem item = first; item != null; item = item.after) {
      items[next++] = item;
    }
    return items;
  }
}
