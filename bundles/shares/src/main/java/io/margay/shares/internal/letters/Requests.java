package io.margay.shares.internal.letters;

import io.margay.protocol.Api;
import io.margay.protocol.Message;
import java.util.concurrent.CompletionStage;

/** Sends requests to the handlers of this broker. */
@FunctionalInterface
public interface Requests {
  /** @return completes with the response; exceptionally when there is none now */
  <R extends Message> CompletionStage<R> send(Api api, Message request, R response);
}
