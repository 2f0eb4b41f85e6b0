package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.state.Outcome;
import io.margay.protocol.Message;
import io.margay.protocol.message.RemoveRaftVoterRequest;
import io.margay.protocol.message.RemoveRaftVoterResponse;
import io.margay.spi.consensus.MetadataQuorum;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** RemoveRaftVoter (81): makes a voter of the metadata log an observer. */
@Component(service = ApiHandler.class)
public final class RemoveRaftVoterHandler extends RaftVoterHandler<RemoveRaftVoterRequest> {
  /**
   * @param controller the controller
   * @param quorum the voters
   */
  @Activate
  public RemoveRaftVoterHandler(@Reference ControllerService controller, @Reference MetadataQuorum quorum) {
    this(controller.runtime(), quorum);
  }

  RemoveRaftVoterHandler(ControllerRuntime controller, MetadataQuorum quorum) {
    super(RemoveRaftVoterRequest.API, RemoveRaftVoterRequest::new, controller, quorum);
  }

  @Override
  String clusterId(RemoveRaftVoterRequest message) {
    return message.clusterId();
  }

  @Override
  CompletionStage<Void> change(MetadataQuorum quorum, RemoveRaftVoterRequest message) {
    return quorum.removeVoter(message.voterId());
  }

  @Override
  Message failed(Request request, RemoveRaftVoterRequest message, Outcome why) {
    return new RemoveRaftVoterResponse().setErrorCode(why.error().code()).setErrorMessage(why.message());
  }
}
