package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.state.Command.ConfigEdit;
import io.margay.controller.internal.state.Command.Operation;
import io.margay.controller.internal.state.Outcome;
import io.margay.protocol.message.AlterConfigsRequest;
import io.margay.protocol.message.AlterConfigsRequest.AlterConfigsResource;
import io.margay.protocol.message.AlterConfigsRequest.AlterableConfig;
import io.margay.protocol.message.AlterConfigsResponse;
import io.margay.protocol.message.AlterConfigsResponse.AlterConfigsResourceResponse;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** AlterConfigs (33), the older way: a resource gets exactly the settings that are listed. */
@Component(service = ApiHandler.class)
public final class AlterConfigsHandler extends AdminHandler<AlterConfigsRequest> {
  private final ConfigAlterations alterations;

  /** @param controller the controller */
  @Activate
  public AlterConfigsHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  AlterConfigsHandler(ControllerRuntime controller) {
    super(AlterConfigsRequest.API, AlterConfigsRequest::new);
    this.alterations = new ConfigAlterations(controller, null);
  }

  @Override
  CompletionStage<AlterConfigsResponse> answer(Request request, AlterConfigsRequest message) {
    List<ConfigAlterations.Asked> asked = new ArrayList<>();
    for (AlterConfigsResource resource : message.resources()) {
      List<ConfigEdit> edits = new ArrayList<>();
      for (AlterableConfig config : resource.configs()) {
        edits.add(new ConfigEdit(config.name(), Operation.SET, config.value(), null));
      }
      asked.add(new ConfigAlterations.Asked(resource.resourceType(), resource.resourceName(), edits));
    }
    return alterations.alter(asked, true, message.validateOnly()).thenApply(outcomes -> response(message, outcomes));
  }

  private static AlterConfigsResponse response(AlterConfigsRequest message, List<Outcome> outcomes) {
    List<AlterConfigsResourceResponse> responses = new ArrayList<>();
    for (int i = 0; i < outcomes.size(); i++) {
      AlterConfigsResource resource = message.resources().get(i);
      responses.add(new AlterConfigsResourceResponse().setErrorCode(outcomes.get(i).error().code())
          .setErrorMessage(outcomes.get(i).message()).setResourceType(resource.resourceType())
          .setResourceName(resource.resourceName()));
    }
    return new AlterConfigsResponse().setResponses(responses);
  }

  @Override
  AlterConfigsResponse failed(Request request, AlterConfigsRequest message, Outcome why) {
    return response(message, Collections.nCopies(message.resources().size(), why));
  }
}
