package io.margay.model;

/** Receives faults that no caller can repair: a broken disk, a damaged file. Safe for all threads; returns quickly and never throws. */
@FunctionalInterface
public interface FaultHandler {
  /**
   * @param what one sentence that names the resource and the operation that failed
   * @param cause the failure; null when the sentence says everything
   */
  void onFault(String what, Throwable cause);
}
