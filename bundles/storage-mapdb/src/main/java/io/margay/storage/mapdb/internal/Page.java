package io.margay.storage.mapdb.internal;

/**
 * A part of the database, of fixed size.
 *
 * @param number its place in the database
 * @param bytes its content; written only while it belongs to the change that is being made
 */
record Page(long number, byte[] bytes) {
  static final int SHIFT = 12;
  static final int SIZE = 1 << SHIFT;
  static final int MASK = SIZE - 1;
}
