package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.LogLevels;
import io.margay.controller.internal.state.Outcome;
import io.margay.controller.internal.state.RefusedException;
import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.Request;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The two APIs that alter settings differ in the shape of their messages and in what happens to settings that are not named; the
 * rest is here.
 *
 * @param <Q> the request's type
 */
abstract class ConfigAlteringHandler<Q extends Message> extends AdminHandler<Q> {
  private static final long RESOURCE_BYTES = 700;
  private static final long EDIT_BYTES = 150;

  private final ConfigAlterations alterations;
  private final boolean replaceAll;

  /**
   * @param levels the log levels; null when they cannot be changed this way
   * @param replaceAll whether what a request does not name goes
   */
  ConfigAlteringHandler(Api api, Supplier<Q> type, ControllerRuntime controller, LogLevels levels, boolean replaceAll) {
    super(api, type, Access.BY_RESOURCE);
    this.alterations = new ConfigAlterations(controller, levels);
    this.replaceAll = replaceAll;
  }

  /**
   * The resources of a request and what to do with each.
   *
   * @throws RefusedException when the whole request is wrong
   */
  abstract List<ConfigAlterations.Asked> asked(Q message);

  abstract boolean validateOnly(Q message);

  /** How many resources a request names. */
  abstract int resources(Q message);

  /** How many settings a request names. */
  abstract long edits(Q message);

  /** The answer with an outcome for each resource, in the order of the request. */
  abstract Message response(Q message, List<Outcome> outcomes);

  @Override
  long answerBytes(Request request, Q message) {
    return RESOURCE_BYTES * resources(message) + EDIT_BYTES * edits(message);
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, Q message) {
    List<ConfigAlterations.Asked> asked;
    try {
      asked = asked(message);
    } catch (RefusedException e) {
      return now(failed(request, message, e.outcome()));
    }
    return alterations.alter(request, asked, replaceAll, validateOnly(message)).thenApply(outcomes -> response(message, outcomes));
  }

  @Override
  Message failed(Request request, Q message, Outcome why) {
    return response(message, Collections.nCopies(resources(message), why));
  }
}
