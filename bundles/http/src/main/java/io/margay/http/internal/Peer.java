package io.margay.http.internal;

/**
 * The client of one request, as its exchange sees it: the body, and the way back. Used on the event loop of the connection, except
 * {@link #execute}.
 */
interface Peer {
  /**
   * Takes the next bytes of the body.
   *
   * @param buffer where they are copied to
   * @return their number; 0 when none are here yet, then {@link Exchange#onReadable} follows; -1 at the end of the body
   */
  int read(byte[] buffer);

  /** @return whether a line may be written; if not, {@link Exchange#onWritable} follows */
  boolean writable();

  /**
   * Sends the status and the headers, once and before the first line.
   *
   * @param first the first result, or null when it is not an error
   * @param close whether the connection is closed after the response
   */
  void begin(HttpError first, boolean close);

  /** Writes a line of the response. */
  void write(byte[] line);

  /** Sends what was written. */
  void flush();

  /**
   * Ends the response; the exchange does not use this object again.
   *
   * @param complete false when the response is cut off, or was not begun: then the connection is closed at once
   */
  void end(boolean complete);

  /**
   * Runs a task on the event loop; from any thread.
   *
   * @throws java.util.concurrent.RejectedExecutionException when the event loop has ended
   */
  void execute(Runnable task);
}
