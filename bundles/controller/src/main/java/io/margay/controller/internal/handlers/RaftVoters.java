package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.state.Outcome;
import io.margay.protocol.Errors;
import io.margay.spi.consensus.MetadataQuorum.MembershipException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** What the handlers that change the voters have in common. */
final class RaftVoters {
  private RaftVoters() { }

  /** Why a request for another cluster is refused; null when it is for this one. */
  static Outcome otherCluster(ControllerRuntime controller, String clusterId) {
    return clusterId == null || clusterId.isEmpty() || clusterId.equals(controller.clusterId()) ? null
        : new Outcome(Errors.INCONSISTENT_CLUSTER_ID, "This cluster is " + controller.clusterId() + ", not " + clusterId + ".");
  }

  /** What became of a change. */
  static CompletionStage<Outcome> outcome(CompletionStage<Void> change) {
    return change.handle((done, e) -> e == null ? Outcome.OK : outcome(e instanceof CompletionException && e.getCause() != null
        ? e.getCause() : e));
  }

  private static Outcome outcome(Throwable e) {
    if (e instanceof MembershipException refused) {
      return new Outcome(switch (refused.kind()) {
        case DUPLICATE_VOTER -> Errors.DUPLICATE_VOTER;
        case VOTER_NOT_FOUND -> Errors.VOTER_NOT_FOUND;
        case OTHER -> Errors.INVALID_REQUEST;
      }, e.getMessage());
    }
    return e instanceof UnsupportedOperationException ? new Outcome(Errors.UNSUPPORTED_VERSION, e.getMessage())
        : ControllerRuntime.error(e);
  }
}
