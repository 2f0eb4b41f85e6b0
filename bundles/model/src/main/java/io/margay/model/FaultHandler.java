package io.margay.model;

/** Told of what no caller can repair: a broken disk, a damaged file. Safe for all threads; returns quickly and never throws. */
@FunctionalInterface
public interface FaultHandler {
  /**
   * @param what one sentence that names the thing and what it could not do
   * @param cause the failure; null when the sentence tells all there is to know of it
   */
  void onFault(String what, Throwable cause);
}
