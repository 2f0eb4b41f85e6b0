package io.margay.model;

/** Receives faults that no caller can repair: a broken disk, a damaged file. Safe for all threads; returns quickly and never throws. */
@FunctionalInterface
public interface FaultHandler {
  /**
   * @param what one sentence that names the resource and the operation that failed
   * @param cause the failure; null when the sentence says everything
   */
  void onFault(String what, Throwable cause);

  /**
   * This node cannot go on. A process that was started by the launcher ends with this message; in another container it is in the log.
   *
   * @param why one sentence for the user: what failed, why, and what to do
   */
  default void onFatal(String why) {
    onFault(why, null);
  }
}
