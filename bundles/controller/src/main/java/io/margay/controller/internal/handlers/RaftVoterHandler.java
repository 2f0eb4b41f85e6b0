package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.state.Outcome;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.spi.consensus.MetadataQuorum;
import io.margay.spi.consensus.MetadataQuorum.MembershipException;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The common part of the handlers that change the voters: refuses requests for another cluster, and turns the result of the change
 * into an answer.
 *
 * @param <Q> the request's type
 */
abstract class RaftVoterHandler<Q extends Message> extends AdminHandler<Q> {
  private final ControllerRuntime controller;
  private final MetadataQuorum quorum;

  RaftVoterHandler(Api api, Supplier<Q> type, ControllerRuntime controller, MetadataQuorum quorum) {
    super(api, type, Access.cluster(AclOperation.ALTER));
    this.controller = controller;
    this.quorum = quorum;
  }

  @Override
  final CompletionStage<? extends Message> answer(Request request, Q message) {
    Outcome refused = refusal(message);
    return refused != null ? now(failed(request, message, refused))
        : change(quorum, message).handle((done, e) -> failed(request, message, e == null ? Outcome.OK : outcome(e)));
  }

  private Outcome refusal(Q message) {
    String clusterId = clusterId(message);
    return clusterId == null || clusterId.isEmpty() || clusterId.equals(controller.clusterId()) ? invalid(message)
        : new Outcome(Errors.INCONSISTENT_CLUSTER_ID, "This cluster is " + controller.clusterId() + ", not " + clusterId + ".");
  }

  private static Outcome outcome(Throwable failure) {
    Throwable e = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
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

  /** Which cluster the request is for; null or empty for any. */
  abstract String clusterId(Q message);

  /** What is wrong with the request by itself, or null. */
  Outcome invalid(Q message) {
    return null;
  }

  abstract CompletionStage<Void> change(MetadataQuorum quorum, Q message);
}
