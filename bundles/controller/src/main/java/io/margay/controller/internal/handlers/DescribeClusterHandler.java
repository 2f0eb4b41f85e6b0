package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.state.Outcome;
import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.model.Endpoint;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.DescribeClusterRequest;
import io.margay.protocol.message.DescribeClusterResponse;
import io.margay.protocol.message.DescribeClusterResponse.DescribeClusterBroker;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** DescribeCluster (60): the brokers as a listener shows them. */
@Component(service = ApiHandler.class)
public final class DescribeClusterHandler extends AdminHandler<DescribeClusterRequest> {
  private static final byte BROKERS = 1;
  private static final byte CONTROLLERS = 2;

  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public DescribeClusterHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  DescribeClusterHandler(ControllerRuntime controller) {
    super(DescribeClusterRequest.API, DescribeClusterRequest::new, Access.BY_RESOURCE);
    this.controller = controller;
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, DescribeClusterRequest message) {
    if (message.endpointType() == CONTROLLERS) {
      return now(failed(request, message, new Outcome(Errors.MISMATCHED_ENDPOINT_TYPE,
          "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER")));
    } else if (message.endpointType() != BROKERS) {
      return now(failed(request, message, new Outcome(Errors.UNSUPPORTED_ENDPOINT_TYPE,
          "Unsupported endpoint type " + message.endpointType())));
    }
    ClusterImage image = controller.image();
    List<DescribeClusterBroker> brokers = new ArrayList<>();
    for (BrokerImage broker : image.brokers().values()) {
      Endpoint endpoint = ImageViews.endpoint(broker, request.listener());
      if (endpoint != null && (!broker.fenced() || message.includeFencedBrokers())) {
        brokers.add(new DescribeClusterBroker().setBrokerId(broker.id().value()).setHost(endpoint.host()).setPort(endpoint.port())
            .setRack(broker.rack()).setIsFenced(broker.fenced()));
      }
    }
    return now(new DescribeClusterResponse().setErrorMessage(null).setEndpointType(BROKERS).setClusterId(controller.clusterId())
        .setControllerId(ImageViews.controllerId(image, request.listener())).setBrokers(brokers)
        .setClusterAuthorizedOperations(AuthorizedOperations.onCluster(request, message.includeClusterAuthorizedOperations())));
  }

  @Override
  Message failed(Request request, DescribeClusterRequest message, Outcome why) {
    return new DescribeClusterResponse().setErrorCode(why.error().code()).setErrorMessage(why.message()).setClusterId("")
        .setEndpointType(BROKERS);
  }
}
