package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.state.Outcome;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.AddRaftVoterRequest;
import io.margay.protocol.message.AddRaftVoterResponse;
import io.margay.spi.consensus.MetadataQuorum;
import io.margay.spi.consensus.QuorumNode;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** AddRaftVoter (80): makes a node a voter of the metadata log. Its listener is the node's address in the quorum. */
@Component(service = ApiHandler.class)
public final class AddRaftVoterHandler extends RaftVoterHandler<AddRaftVoterRequest> {
  /**
   * @param controller the controller
   * @param quorum the voters
   */
  @Activate
  public AddRaftVoterHandler(@Reference ControllerService controller, @Reference MetadataQuorum quorum) {
    this(controller.runtime(), quorum);
  }

  AddRaftVoterHandler(ControllerRuntime controller, MetadataQuorum quorum) {
    super(AddRaftVoterRequest.API, AddRaftVoterRequest::new, controller, quorum);
  }

  @Override
  String clusterId(AddRaftVoterRequest message) {
    return message.clusterId();
  }

  @Override
  Outcome invalid(AddRaftVoterRequest message) {
    return message.listeners().isEmpty() || message.voterId() < 0
        ? new Outcome(Errors.INVALID_REQUEST, "A voter needs an id of 0 or more, and a listener.") : null;
  }

  @Override
  CompletionStage<Void> change(MetadataQuorum quorum, AddRaftVoterRequest message) {
    AddRaftVoterRequest.Listener listener = message.listeners().get(0);
    return quorum.addVoter(new QuorumNode(message.voterId(), listener.host(), listener.port()));
  }

  @Override
  Message failed(Request request, AddRaftVoterRequest message, Outcome why) {
    return new AddRaftVoterResponse().setErrorCode(why.error().code()).setErrorMessage(why.message());
  }
}
