package io.margay.http.internal;

/** Parses the records of a body, piece by piece. Used by one thread at a time. */
interface RecordSource {
  /** What was found in the body. */
  sealed interface Item { }

  /** A record. */
  record Parsed(RecordRequest record) implements Item { }

  /** A record that is not valid; later records can be read. */
  record Refused(HttpError error) implements Item { }

  /** The rest of the body cannot be read. */
  record Broken(HttpError error) implements Item { }

  /**
   * Passes the next bytes; allowed when {@link #next} has returned null.
   *
   * @param bytes kept as a reference, and not to be changed, until {@link #next} returns null again
   * @param length the number of bytes to use, from the first one on
   */
  void feed(byte[] bytes, int length);

  /** Signals the end of the body; allowed when {@link #next} has returned null. */
  void end();

  /** @return the next item, or null when more bytes are needed or the body has ended */
  Item next();

  /** @return bytes that are held for the incomplete record */
  int pendingBytes();
}
