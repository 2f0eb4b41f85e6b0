package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.JulLogLevels;
import io.margay.controller.internal.LogLevels;
import io.margay.controller.internal.state.Command.ConfigEdit;
import io.margay.controller.internal.state.Command.Operation;
import io.margay.controller.internal.state.Outcome;
import io.margay.protocol.Errors;
import io.margay.protocol.message.IncrementalAlterConfigsRequest;
import io.margay.protocol.message.IncrementalAlterConfigsRequest.AlterConfigsResource;
import io.margay.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import io.margay.protocol.message.IncrementalAlterConfigsResponse;
import io.margay.protocol.message.IncrementalAlterConfigsResponse.AlterConfigsResourceResponse;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** IncrementalAlterConfigs (44): sets, deletes, and edits lists; what is not named stays. */
@Component(service = ApiHandler.class)
public final class IncrementalAlterConfigsHandler extends AdminHandler<IncrementalAlterConfigsRequest> {
  private static final Operation[] OPERATIONS = Operation.values();

  private final ConfigAlterations alterations;

  /** @param controller the controller */
  @Activate
  public IncrementalAlterConfigsHandler(@Reference ControllerService controller) {
    this(controller.runtime(), new JulLogLevels());
  }

  IncrementalAlterConfigsHandler(ControllerRuntime controller, LogLevels levels) {
    super(IncrementalAlterConfigsRequest.API, IncrementalAlterConfigsRequest::new);
    this.alterations = new ConfigAlterations(controller, levels);
  }

  @Override
  CompletionStage<IncrementalAlterConfigsResponse> answer(Request request, IncrementalAlterConfigsRequest message) {
    List<ConfigAlterations.Asked> asked = new ArrayList<>();
    for (AlterConfigsResource resource : message.resources()) {
      List<ConfigEdit> edits = new ArrayList<>();
      for (AlterableConfig config : resource.configs()) {
        if (config.configOperation() < 0 || config.configOperation() >= OPERATIONS.length) {
          return now(failed(request, message, new Outcome(Errors.INVALID_REQUEST, "Unknown operation type "
              + config.configOperation() + " for " + config.name())));
        }
        edits.add(new ConfigEdit(config.name(), OPERATIONS[config.configOperation()], config.value(), null));
      }
      asked.add(new ConfigAlterations.Asked(resource.resourceType(), resource.resourceName(), edits));
    }
    return alterations.alter(asked, false, message.validateOnly()).thenApply(outcomes -> response(message, outcomes));
  }

  private static IncrementalAlterConfigsResponse response(IncrementalAlterConfigsRequest message, List<Outcome> outcomes) {
    List<AlterConfigsResourceResponse> responses = new ArrayList<>();
    for (int i = 0; i < outcomes.size(); i++) {
      AlterConfigsResource resource = message.resources().get(i);
      responses.add(new AlterConfigsResourceResponse().setErrorCode(outcomes.get(i).error().code())
          .setErrorMessage(outcomes.get(i).message()).setResourceType(resource.resourceType())
          .setResourceName(resource.resourceName()));
    }
    return new IncrementalAlterConfigsResponse().setResponses(responses);
  }

  @Override
  IncrementalAlterConfigsResponse failed(Request request, IncrementalAlterConfigsRequest message, Outcome why) {
    return response(message, Collections.nCopies(message.resources().size(), why));
  }
}
