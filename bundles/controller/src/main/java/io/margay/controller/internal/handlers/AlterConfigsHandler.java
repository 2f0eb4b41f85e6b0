package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.state.Command.ConfigEdit;
import io.margay.controller.internal.state.Command.Operation;
import io.margay.controller.internal.state.Outcome;
import io.margay.protocol.Message;
import io.margay.protocol.message.AlterConfigsRequest;
import io.margay.protocol.message.AlterConfigsRequest.AlterConfigsResource;
import io.margay.protocol.message.AlterConfigsResponse;
import io.margay.protocol.message.AlterConfigsResponse.AlterConfigsResourceResponse;
import io.margay.spi.handler.ApiHandler;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** AlterConfigs (33), the older way: a resource gets exactly the settings that are listed. */
@Component(service = ApiHandler.class)
public final class AlterConfigsHandler extends ConfigAlteringHandler<AlterConfigsRequest> {
  /** @param controller the controller */
  @Activate
  public AlterConfigsHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  AlterConfigsHandler(ControllerRuntime controller) {
    super(AlterConfigsRequest.API, AlterConfigsRequest::new, controller, null, true);
  }

  @Override
  List<ConfigAlterations.Asked> asked(AlterConfigsRequest message) {
    List<ConfigAlterations.Asked> asked = new ArrayList<>(message.resources().size());
    for (AlterConfigsResource resource : message.resources()) {
      List<ConfigEdit> edits = new ArrayList<>(resource.configs().size());
      resource.configs().forEach(config -> edits.add(new ConfigEdit(config.name(), Operation.SET, config.value(), null)));
      asked.add(new ConfigAlterations.Asked(resource.resourceType(), resource.resourceName(), edits));
    }
    return asked;
  }

  @Override
  boolean validateOnly(AlterConfigsRequest message) {
    return message.validateOnly();
  }

  @Override
  int resources(AlterConfigsRequest message) {
    return message.resources().size();
  }

  @Override
  long edits(AlterConfigsRequest message) {
    return message.resources().stream().mapToLong(r -> r.configs().size()).sum();
  }

  @Override
  Message response(AlterConfigsRequest message, List<Outcome> outcomes) {
    List<AlterConfigsResourceResponse> responses = new ArrayList<>(outcomes.size());
    for (int i = 0; i < outcomes.size(); i++) {
      AlterConfigsResource resource = message.resources().get(i);
      responses.add(new AlterConfigsResourceResponse().setErrorCode(outcomes.get(i).error().code())
          .setErrorMessage(outcomes.get(i).message()).setResourceType(resource.resourceType())
          .setResourceName(resource.resourceName()));
    }
    return new AlterConfigsResponse().setResponses(responses);
  }
}
