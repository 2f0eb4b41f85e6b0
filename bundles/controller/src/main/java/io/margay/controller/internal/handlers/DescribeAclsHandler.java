package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.state.Outcome;
import io.margay.controller.internal.state.RefusedException;
import io.margay.model.acl.Acl;
import io.margay.model.acl.AclFilter;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.AclPermission;
import io.margay.model.acl.PatternType;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Message;
import io.margay.protocol.message.DescribeAclsRequest;
import io.margay.protocol.message.DescribeAclsResponse;
import io.margay.protocol.message.DescribeAclsResponse.AclDescription;
import io.margay.protocol.message.DescribeAclsResponse.DescribeAclsResource;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** DescribeAcls (29): the rules that a filter chooses, by resource pattern. */
@Component(service = ApiHandler.class)
public final class DescribeAclsHandler extends AdminHandler<DescribeAclsRequest> {
  private static final long ACL_BYTES = 150;

  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public DescribeAclsHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  DescribeAclsHandler(ControllerRuntime controller) {
    super(DescribeAclsRequest.API, DescribeAclsRequest::new, Access.cluster(AclOperation.DESCRIBE));
    this.controller = controller;
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, DescribeAclsRequest message) {
    if (!AclRules.used(controller)) {
      return now(failed(request, message, NoAuthorizer.OUTCOME));
    }
    AclFilter filter = new AclFilter(ResourceType.forCode(message.resourceTypeFilter()),
        PatternType.forCode(message.patternTypeFilter()), message.resourceNameFilter(),
        message.principalFilter(), message.hostFilter(), AclOperation.forCode(message.operation()),
        AclPermission.forCode(message.permissionType()));
    try {
      AclRules.check(filter);
    } catch (RefusedException e) {
      return now(failed(request, message, e.outcome()));
    }
    List<DescribeAclsResource> resources = new ArrayList<>();
    Acl before = null;
    for (Acl acl : controller.image().acls()) {
      if (!filter.matches(acl)) {
        continue;
      }
      if (before == null || before.type() != acl.type() || before.pattern() != acl.pattern() || !before.name().equals(acl.name())) {
        resources.add(new DescribeAclsResource().setResourceType(acl.type().code()).setResourceName(acl.name())
            .setPatternType(acl.pattern().code()));
      }
      resources.get(resources.size() - 1).acls().add(new AclDescription().setPrincipal(acl.principal()).setHost(acl.host())
          .setOperation(acl.operation().code()).setPermissionType(acl.permission().code()));
      before = acl;
    }
    return now(new DescribeAclsResponse().setErrorMessage(null).setResources(resources));
  }

  @Override
  long answerBytes(Request request, DescribeAclsRequest message) {
    return ACL_BYTES * controller.image().acls().size();
  }

  @Override
  Message failed(Request request, DescribeAclsRequest message, Outcome why) {
    return new DescribeAclsResponse().setErrorCode(why.error().code()).setErrorMessage(why.message());
  }
}
