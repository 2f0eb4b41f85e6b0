package io.margay.server.internal.audit;

import io.margay.protocol.Message;

/**
 * Says what a request of one API has changed.
 *
 * @param <Q> its request
 * @param <R> its response
 */
@FunctionalInterface
interface Described<Q extends Message, R extends Message> {
  /**
   * @param request decoded
   * @param response the answer, with its error codes
   * @param changes takes what was changed; texts of the request that may be secret must not get there
   */
  void describe(Q request, R response, Changes changes);
}
