package io.margay.log.internal;

/** Forces logs to stable storage, away from the threads that append. */
interface Flusher {
  /**
   * Requests a call of {@link LogFlushing#now} soon, one for all requests that came before it begins.
   *
   * @param log which log
   */
  void request(SegmentedPartitionLog log);
}
