package io.margay.http.internal;

/** Makes records of a body, piece by piece. Used by one thread at a time. */
interface RecordSource {
  /** What was found in the body. */
  sealed interface Item { }

  /** A record. */
  record Parsed(RecordRequest record) implements Item { }

  /** A record that is wrong in itself; the ones after it can be read. */
  record Refused(HttpError error) implements Item { }

  /** Nothing of the body can be read from here on. */
  record Broken(HttpError error) implements Item { }

  /**
   * Gives it the next bytes; allowed when {@link #next} has returned null.
   *
   * @param bytes kept as a reference, and not to be changed, until {@link #next} returns null again
   * @param length how many of them count, from the first one on
   */
  void feed(byte[] bytes, int length);

  /** Says that no more bytes come; allowed when {@link #next} has returned null. */
  void end();

  /** @return what is next, or null when more bytes are needed or all has been said */
  Item next();

  /** @return bytes that were taken in for the record that is not complete yet */
  int pendingBytes();
}
