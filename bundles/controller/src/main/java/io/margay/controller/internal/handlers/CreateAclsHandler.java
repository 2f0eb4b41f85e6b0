package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.state.Command.CreateAcls;
import io.margay.controller.internal.state.Outcome;
import io.margay.controller.internal.state.RefusedException;
import io.margay.metadata.ClusterImage;
import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.AclPermission;
import io.margay.model.acl.PatternType;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Message;
import io.margay.protocol.message.CreateAclsRequest;
import io.margay.protocol.message.CreateAclsRequest.AclCreation;
import io.margay.protocol.message.CreateAclsResponse;
import io.margay.protocol.message.CreateAclsResponse.AclCreationResult;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** CreateAcls (30): checks each rule, and proposes those that are new as one command. */
@Component(service = ApiHandler.class)
public final class CreateAclsHandler extends AdminHandler<CreateAclsRequest> {
  private static final long RESULT_BYTES = 400;

  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public CreateAclsHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  CreateAclsHandler(ControllerRuntime controller) {
    super(CreateAclsRequest.API, CreateAclsRequest::new, Access.cluster(AclOperation.ALTER));
    this.controller = controller;
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, CreateAclsRequest message) {
    if (!AclRules.used(controller)) {
      return now(failed(request, message, NoAuthorizer.OUTCOME));
    }
    ClusterImage image = controller.image();
    Outcome[] outcomes = new Outcome[message.creations().size()];
    Set<Acl> added = new TreeSet<>();
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < outcomes.length; i++) {
      outcomes[i] = Outcome.OK;
      try {
        Acl acl = acl(message.creations().get(i));
        AclRules.check(acl);
        if (Collections.binarySearch(image.acls(), acl) < 0) {
          added.add(acl);
          places.add(i);
        }
      } catch (RefusedException e) {
        outcomes[i] = e.outcome();
      }
    }
    if (added.isEmpty()) {
      return now(response(List.of(outcomes)));
    }
    return propose(image, List.copyOf(added)).thenApply(outcome -> {
      places.forEach(i -> outcomes[i] = outcome);
      return response(List.of(outcomes));
    });
  }

  private CompletionStage<Outcome> propose(ClusterImage image, List<Acl> added) {
    try {
      controller.planner().limits().checkAcls(image, added.size());
    } catch (RefusedException e) {
      return now(e.outcome());
    }
    return controller.<Outcome>propose(new CreateAcls(added)).exceptionally(ControllerRuntime::error);
  }

  private static Acl acl(AclCreation c) {
    return new Acl(ResourceType.forCode(c.resourceType()), PatternType.forCode(c.resourcePatternType()),
        c.resourceName(), c.principal(), c.host(), AclOperation.forCode(c.operation()), AclPermission.forCode(c.permissionType()));
  }

  @Override
  long answerBytes(Request request, CreateAclsRequest message) {
    return RESULT_BYTES * message.creations().size();
  }

  @Override
  Message failed(Request request, CreateAclsRequest message, Outcome why) {
    return response(Collections.nCopies(message.creations().size(), why));
  }

  private static CreateAclsResponse response(List<Outcome> outcomes) {
    return new CreateAclsResponse().setResults(outcomes.stream().map(o -> new AclCreationResult()
        .setErrorCode(o.error().code()).setErrorMessage(o.message())).toList());
  }
}
