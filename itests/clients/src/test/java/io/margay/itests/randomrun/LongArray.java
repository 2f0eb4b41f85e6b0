package io.margay.itests.randomrun;

import java.util.Arrays;

/** Numbers in a row: all that is kept of a record is one. */
final class LongArray {
  private long[] values = new long[1024];
  private int size;

  int size() {
    return size;
  }

  long get(int i) {
    return values[i];
  }

  void set(int i, long value) {
    values[i] = value;
  }

  void add(long value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = value;
  }

  /** @return the index of a value, or {@code -insertion point - 1}; for values that rise */
  int indexOf(long value) {
    return Arrays.binarySearch(values, 0, size, value);
  }
}
