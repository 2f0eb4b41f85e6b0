package io.margay.shell.internal;

import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import io.margay.protocol.message.FindCoordinatorRequest;
import io.margay.protocol.message.FindCoordinatorResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;

/** Waits, bounded, until the coordinator of a group can answer; the first question after a start, or ever, needs a moment. */
final class Coordinators {
  private static final int ATTEMPTS_MAX = 100;
  private static final long PAUSE_MS = 100;
  private static final byte GROUP = 0;

  /** A request that can be sent again, and to another coordinator. */
  @FunctionalInterface
  interface Call<R> {
    R send(BrokerId coordinator) throws InterruptedException;
  }

  private final Requests requests;

  Coordinators(Requests requests) {
    this.requests = requests;
  }

  /**
   * Sends a request to the coordinator of a group.
   *
   * @param group its id
   * @param call the request
   * @param errorCode tells the error of the answer; the answer is returned unless that asks to wait for the coordinator
   */
  <R> R call(String group, Call<R> call, ToIntFunction<R> errorCode) throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      var coordinator = find(group);
      Errors found = Errors.forCode(coordinator.errorCode());
      if (found == Errors.NONE) {
        R response = call.send(new BrokerId(coordinator.nodeId()));
        found = Errors.forCode((short) errorCode.applyAsInt(response));
        if (!mayWait(found)) {
          return response;
        }
      } else if (!mayWait(found)) {
        throw new ShellException("cannot find the coordinator of group " + group + ": " + Requests.text(found.code(), null));
      }
      if (attempt == ATTEMPTS_MAX) {
        throw new ShellException("the coordinator of group " + group + " is not there: " + Requests.text(found.code(), null));
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
    }
  }

  private static boolean mayWait(Errors error) {
    return error == Errors.NOT_COORDINATOR || error == Errors.COORDINATOR_NOT_AVAILABLE
        || error == Errors.COORDINATOR_LOAD_IN_PROGRESS;
  }

  private FindCoordinatorResponse.Coordinator find(String group) throws InterruptedException {
    FindCoordinatorRequest request = new FindCoordinatorRequest().setKeyType(GROUP).setCoordinatorKeys(List.of(group));
    var found = requests.send(FindCoordinatorRequest.API, request, new FindCoordinatorResponse()).coordinators().get(0);
    if (found.errorCode() == Errors.NONE.code() && !requests.reaches(new BrokerId(found.nodeId()))) {
      throw new ShellException("group " + group + " is coordinated by broker " + found.nodeId() + " at " + found.host() + ":"
          + found.port() + "; run this there");
    }
    return found;
  }
}
