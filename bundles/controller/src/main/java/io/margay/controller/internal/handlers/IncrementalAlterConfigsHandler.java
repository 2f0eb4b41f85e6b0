package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.JulLogLevels;
import io.margay.controller.internal.LogLevels;
import io.margay.controller.internal.Texts;
import io.margay.controller.internal.state.Command.ConfigEdit;
import io.margay.controller.internal.state.Command.Operation;
import io.margay.controller.internal.state.Outcome;
import io.margay.controller.internal.state.RefusedException;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.IncrementalAlterConfigsRequest;
import io.margay.protocol.message.IncrementalAlterConfigsRequest.AlterConfigsResource;
import io.margay.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import io.margay.protocol.message.IncrementalAlterConfigsResponse;
import io.margay.protocol.message.IncrementalAlterConfigsResponse.AlterConfigsResourceResponse;
import io.margay.spi.handler.ApiHandler;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** IncrementalAlterConfigs (44): sets, deletes, and edits lists; what is not named stays. */
@Component(service = ApiHandler.class)
public final class IncrementalAlterConfigsHandler extends ConfigAlteringHandler<IncrementalAlterConfigsRequest> {
  private static final Operation[] OPERATIONS = Operation.values();

  /** @param controller the controller */
  @Activate
  public IncrementalAlterConfigsHandler(@Reference ControllerService controller) {
    this(controller.runtime(), new JulLogLevels());
  }

  IncrementalAlterConfigsHandler(ControllerRuntime controller, LogLevels levels) {
    super(IncrementalAlterConfigsRequest.API, IncrementalAlterConfigsRequest::new, controller, levels, false);
  }

  @Override
  List<ConfigAlterations.Asked> asked(IncrementalAlterConfigsRequest message) {
    List<ConfigAlterations.Asked> asked = new ArrayList<>(message.resources().size());
    for (AlterConfigsResource resource : message.resources()) {
      List<ConfigEdit> edits = new ArrayList<>(resource.configs().size());
      for (AlterableConfig config : resource.configs()) {
        edits.add(new ConfigEdit(config.name(), operation(config), config.value(), null));
      }
      asked.add(new ConfigAlterations.Asked(resource.resourceType(), resource.resourceName(), edits));
    }
    return asked;
  }

  private static Operation operation(AlterableConfig config) {
    if (config.configOperation() < 0 || config.configOperation() >= OPERATIONS.length) {
      throw new RefusedException(Errors.INVALID_REQUEST, "Unknown operation type " + config.configOperation() + " for "
          + Texts.shown(config.name()));
    }
    return OPERATIONS[config.configOperation()];
  }

  @Override
  boolean validateOnly(IncrementalAlterConfigsRequest message) {
    return message.validateOnly();
  }

  @Override
  int resources(IncrementalAlterConfigsRequest message) {
    return message.resources().size();
  }

  @Override
  long edits(IncrementalAlterConfigsRequest message) {
    return message.resources().stream().mapToLong(r -> r.configs().size()).sum();
  }

  @Override
  Message response(IncrementalAlterConfigsRequest message, List<Outcome> outcomes) {
    List<AlterConfigsResourceResponse> responses = new ArrayList<>(outcomes.size());
    for (int i = 0; i < outcomes.size(); i++) {
      AlterConfigsResource resource = message.resources().get(i);
      responses.add(new AlterConfigsResourceResponse().setErrorCode(outcomes.get(i).error().code())
          .setErrorMessage(outcomes.get(i).message()).setResourceType(resource.resourceType())
          .setResourceName(resource.resourceName()));
    }
    return new IncrementalAlterConfigsResponse().setResponses(responses);
  }
}
