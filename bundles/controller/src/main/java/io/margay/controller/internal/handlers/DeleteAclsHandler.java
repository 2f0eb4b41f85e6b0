package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.state.Command.DeleteAcls;
import io.margay.controller.internal.state.Outcome;
import io.margay.controller.internal.state.RefusedException;
import io.margay.model.acl.Acl;
import io.margay.model.acl.AclFilter;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.AclPermission;
import io.margay.model.acl.PatternType;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.DeleteAclsRequest;
import io.margay.protocol.message.DeleteAclsRequest.DeleteAclsFilter;
import io.margay.protocol.message.DeleteAclsResponse;
import io.margay.protocol.message.DeleteAclsResponse.DeleteAclsFilterResult;
import io.margay.protocol.message.DeleteAclsResponse.DeleteAclsMatchingAcl;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * DeleteAcls (31): proposes the removal of the rules that the filters choose now, and answers which each of them has chosen. A rule that
 * another request has removed meanwhile is left out of the answer.
 */
@Component(service = ApiHandler.class)
public final class DeleteAclsHandler extends AdminHandler<DeleteAclsRequest> {
  private static final long RESULT_BYTES = 400;
  private static final long MATCH_BYTES = 200;

  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public DeleteAclsHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  DeleteAclsHandler(ControllerRuntime controller) {
    super(DeleteAclsRequest.API, DeleteAclsRequest::new, Access.cluster(AclOperation.ALTER));
    this.controller = controller;
  }

  /** What one filter chooses, or why it is refused. */
  private record Chosen(List<Acl> acls, Outcome refused) { }

  @Override
  CompletionStage<? extends Message> answer(Request request, DeleteAclsRequest message) {
    if (!AclRules.used(controller)) {
      return now(failed(request, message, NoAuthorizer.OUTCOME));
    }
    List<Acl> all = controller.image().acls();
    AnswerMemory memory = new AnswerMemory(request);
    List<Chosen> chosen = new ArrayList<>(message.filters().size());
    Map<Acl, Integer> doomed = new LinkedHashMap<>();
    for (DeleteAclsFilter asked : message.filters()) {
      try {
        Chosen one = new Chosen(chosen(filter(asked), all, memory), null);
        one.acls().forEach(acl -> doomed.putIfAbsent(acl, doomed.size()));
        chosen.add(one);
      } catch (RefusedException e) {
        chosen.add(new Chosen(List.of(), e.outcome()));
      }
    }
    if (doomed.isEmpty()) {
      return now(response(chosen, Map.of()));
    }
    return controller.<List<Outcome>>propose(new DeleteAcls(List.copyOf(doomed.keySet())))
        .exceptionally(e -> Collections.nCopies(doomed.size(), ControllerRuntime.error(e)))
        .thenApply(outcomes -> {
          Map<Acl, Outcome> byAcl = new HashMap<>();
          doomed.forEach((acl, i) -> byAcl.put(acl, outcomes.get(i)));
          return response(chosen, byAcl);
        });
  }

  private static AclFilter filter(DeleteAclsFilter f) {
    return new AclFilter(ResourceType.forCode(f.resourceTypeFilter()),
        PatternType.forCode(f.patternTypeFilter()), f.resourceNameFilter(), f.principalFilter(),
        f.hostFilter(), AclOperation.forCode(f.operation()), AclPermission.forCode(f.permissionType()));
  }

  private static List<Acl> chosen(AclFilter filter, List<Acl> all, AnswerMemory memory) {
    AclRules.check(filter);
    List<Acl> chosen = new ArrayList<>();
    for (Acl acl : all) {
      if (filter.matches(acl)) {
        if (!memory.take(MATCH_BYTES)) {
          throw new RefusedException(Errors.POLICY_VIOLATION, "The answer would need more memory than there is for requests now, see"
              + " margay.request.memory.bytes. Delete fewer ACLs at a time.");
        }
        chosen.add(acl);
      }
    }
    return chosen;
  }

  private static DeleteAclsResponse response(List<Chosen> chosen, Map<Acl, Outcome> outcomes) {
    List<DeleteAclsFilterResult> results = new ArrayList<>(chosen.size());
    for (Chosen one : chosen) {
      DeleteAclsFilterResult result = new DeleteAclsFilterResult().setErrorMessage(null);
      if (one.refused() != null) {
        result.setErrorCode(one.refused().error().code()).setErrorMessage(one.refused().message());
      }
      for (Acl acl : one.acls()) {
        Outcome outcome = outcomes.get(acl);
        if (outcome.error() != Errors.RESOURCE_NOT_FOUND) {
          result.matchingAcls().add(new DeleteAclsMatchingAcl().setErrorCode(outcome.error().code()).setErrorMessage(outcome.message())
              .setResourceType(acl.type().code()).setResourceName(acl.name()).setPatternType(acl.pattern().code())
              .setPrincipal(acl.principal()).setHost(acl.host()).setOperation(acl.operation().code())
              .setPermissionType(acl.permission().code()));
        }
      }
      results.add(result);
    }
    return new DeleteAclsResponse().setFilterResults(results);
  }

  @Override
  long answerBytes(Request request, DeleteAclsRequest message) {
    return RESULT_BYTES * message.filters().size();
  }

  @Override
  Message failed(Request request, DeleteAclsRequest message, Outcome why) {
    return new DeleteAclsResponse().setFilterResults(message.filters().stream().map(f -> new DeleteAclsFilterResult()
        .setErrorCode(why.error().code()).setErrorMessage(why.message())).toList());
  }
}
