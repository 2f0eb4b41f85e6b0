package io.margay.shell.internal;

import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import io.margay.protocol.message.FindCoordinatorRequest;
import io.margay.protocol.message.FindCoordinatorResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;

/** Waits, bounded, until the coordinator of a group or transactional id can answer; the first question after a start, or ever, needs a moment. */
final class Coordinators {
  private static final int ATTEMPTS_MAX = 100;
  private static final long PAUSE_MS = 100;
  private static final byte GROUP = 0;
  private static final byte TRANSACTION = 1;

  /** A request that can be sent again, and to another coordinator. */
  @FunctionalInterface
  interface Call<R> {
    R send(BrokerId coordinator) throws InterruptedException;
  }

  private final Requests requests;
  private final byte keyType;
  private final String noun;

  /** Of groups. */
  Coordinators(Requests requests) {
    this(requests, GROUP, "group");
  }

  private Coordinators(Requests requests, byte keyType, String noun) {
    this.requests = requests;
    this.keyType = keyType;
    this.noun = noun;
  }

  static Coordinators ofTransactions(Requests requests) {
    return new Coordinators(requests, TRANSACTION, "transactional id");
  }

  /**
   * Sends a request to a coordinator.
   *
   * @param key the group or transactional id
   * @param call the request
   * @param errorCode tells the error of the answer; the answer is returned unless that asks to wait for the coordinator
   */
  <R> R call(String key, Call<R> call, ToIntFunction<R> errorCode) throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      var coordinator = find(key);
      Errors found = Errors.forCode(coordinator.errorCode());
      if (found == Errors.NONE) {
        R response = call.send(new BrokerId(coordinator.nodeId()));
        found = Errors.forCode((short) errorCode.applyAsInt(response));
        if (!mayWait(found)) {
          return response;
        }
      } else if (!mayWait(found)) {
        throw new ShellException("cannot find the coordinator of " + noun + " " + key + ": " + Requests.text(found.code(), null));
      }
      if (attempt == ATTEMPTS_MAX) {
        throw new ShellException("the coordinator of " + noun + " " + key + " is not there: " + Requests.text(found.code(), null));
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
    }
  }

  private static boolean mayWait(Errors error) {
    return error == Errors.NOT_COORDINATOR || error == Errors.COORDINATOR_NOT_AVAILABLE
        || error == Errors.COORDINATOR_LOAD_IN_PROGRESS;
  }

  private FindCoordinatorResponse.Coordinator find(String key) throws InterruptedException {
    FindCoordinatorRequest request = new FindCoordinatorRequest().setKeyType(keyType).setCoordinatorKeys(List.of(key));
    var found = requests.send(FindCoordinatorRequest.API, request, new FindCoordinatorResponse()).coordinators().get(0);
    if (found.errorCode() == Errors.NONE.code() && !requests.reaches(new BrokerId(found.nodeId()))) {
      throw new ShellException(noun + " " + key + " is coordinated by broker " + found.nodeId() + " at " + found.host() + ":"
          + found.port() + "; run this there");
    }
    return found;
  }
}
