package io.margay.controller.internal.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.controller.internal.ControllerSettings;
import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.AclPermission;
import io.margay.model.acl.PatternType;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.message.CreateAclsRequest;
import io.margay.protocol.message.CreateAclsRequest.AclCreation;
import io.margay.protocol.message.CreateAclsResponse;
import io.margay.protocol.message.CreateAclsResponse.AclCreationResult;
import io.margay.protocol.message.DeleteAclsRequest;
import io.margay.protocol.message.DeleteAclsRequest.DeleteAclsFilter;
import io.margay.protocol.message.DeleteAclsResponse;
import io.margay.protocol.message.DescribeAclsRequest;
import io.margay.protocol.message.DescribeAclsResponse;
import io.margay.spi.security.AuthorizerSettings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AclHandlersTest extends HandlerTest {
  private static final Acl READ = new Acl(ResourceType.TOPIC, PatternType.LITERAL, "t", "User:a", "*", AclOperation.READ,
      AclPermission.ALLOW);
  private static final Acl PREFIX = new Acl(ResourceType.TOPIC, PatternType.PREFIXED, "t", "User:a", "*", AclOperation.WRITE,
      AclPermission.DENY);
  private static final Acl GROUP = new Acl(ResourceType.GROUP, PatternType.LITERAL, "*", "User:*", "10.0.0.1", AclOperation.ALL,
      AclPermission.ALLOW);

  @BeforeEach
  void configureAuthorizer() {
    settings.set(AuthorizerSettings.AUTHORIZER_CLASS_NAME, "acl");
  }

  private static AclCreation creation(Acl a) {
    return new AclCreation().setResourceType(a.type().code()).setResourceName(a.name()).setResourcePatternType(a.pattern().code())
        .setPrincipal(a.principal()).setHost(a.host()).setOperation(a.operation().code()).setPermissionType(a.permission().code());
  }

  private List<AclCreationResult> create(AclCreation... creations) throws Exception {
    return ask(new CreateAclsHandler(controller), 3, new CreateAclsRequest().setCreations(List.of(creations)), CreateAclsResponse::new)
        .results();
  }

  private Errors create(Acl... acls) throws Exception {
    List<AclCreation> creations = new ArrayList<>();
    for (Acl acl : acls) {
      creations.add(creation(acl));
    }
    List<AclCreationResult> results = create(creations.toArray(new AclCreation[0]));
    assertThat(results).hasSize(acls.length);
    return Errors.forCode(results.get(0).errorCode());
  }

  private static DescribeAclsRequest all() {
    return new DescribeAclsRequest().setResourceTypeFilter(ResourceType.ANY.code()).setPatternTypeFilter(PatternType.ANY.code())
        .setResourceNameFilter(null).setPrincipalFilter(null).setHostFilter(null).setOperation(AclOperation.ANY.code())
        .setPermissionType(AclPermission.ANY.code());
  }

  private List<Acl> describe(DescribeAclsRequest filter) throws Exception {
    DescribeAclsResponse response = ask(new DescribeAclsHandler(controller), 3, filter, DescribeAclsResponse::new);
    assertThat(response.errorCode()).isZero();
    List<Acl> acls = new ArrayList<>();
    response.resources().forEach(r -> r.acls().forEach(a -> acls.add(new Acl(ResourceType.forCode(r.resourceType()),
        PatternType.forCode(r.patternType()), r.resourceName(), a.principal(), a.host(), AclOperation.forCode(a.operation()),
        AclPermission.forCode(a.permissionType())))));
    return acls;
  }

  @Test
  void acceptsAndShowsRules() throws Exception {
    assertThat(create(READ, PREFIX, GROUP)).isEqualTo(Errors.NONE);
    assertThat(create(READ)).as("once more").isEqualTo(Errors.NONE);
    assertThat(describe(all())).containsExactlyInAnyOrder(READ, PREFIX, GROUP);
    assertThat(controller.image().acls()).isSorted().containsExactlyInAnyOrder(READ, PREFIX, GROUP);
    assertThat(describe(all().setPrincipalFilter("User:a").setOperation(AclOperation.WRITE.code()))).containsExactly(PREFIX);
    assertThat(describe(all().setResourceTypeFilter(ResourceType.TOPIC.code()).setResourceNameFilter("tx")
        .setPatternTypeFilter(PatternType.MATCH.code()))).containsExactly(PREFIX);
  }

  @Test
  void deletesWhatFiltersChoose() throws Exception {
    create(READ, PREFIX, GROUP);
    DeleteAclsFilter topics = new DeleteAclsFilter().setResourceTypeFilter(ResourceType.TOPIC.code()).setResourceNameFilter("t")
        .setPatternTypeFilter(PatternType.ANY.code()).setPrincipalFilter(null).setHostFilter(null)
        .setOperation(AclOperation.ANY.code()).setPermissionType(AclPermission.ANY.code());
    DeleteAclsFilter unknown = new DeleteAclsFilter().setResourceTypeFilter((byte) 99).setOperation(AclOperation.ANY.code())
        .setPermissionType(AclPermission.ANY.code());
    DeleteAclsResponse response = ask(new DeleteAclsHandler(controller), 3,
        new DeleteAclsRequest().setFilters(List.of(topics, unknown, topics)), DeleteAclsResponse::new);
    assertThat(response.filterResults()).extracting(r -> r.matchingAcls().size()).containsExactly(2, 0, 2);
    assertThat(response.filterResults()).extracting(r -> r.errorCode())
        .containsExactly((short) 0, Errors.INVALID_REQUEST.code(), (short) 0);
    assertThat(describe(all())).containsExactly(GROUP);
  }

  @Test
  void refusesRulesThatMeanNothing() throws Exception {
    AclCreation good = creation(READ);
    List<AclCreationResult> results = create(creation(READ).setResourceType(ResourceType.CLUSTER.code()),
        creation(READ).setResourceName(""), creation(READ).setResourceType(ResourceType.ANY.code()),
        creation(READ).setResourceType((byte) 77), creation(READ).setResourcePatternType(PatternType.MATCH.code()),
        creation(READ).setOperation(AclOperation.ANY.code()), creation(READ).setPermissionType(AclPermission.ANY.code()),
        creation(READ).setPrincipal("alice"), creation(READ).setPrincipal("User:" + "x".repeat(2000)), good);
    assertThat(results.subList(0, 9)).allMatch(r -> r.errorCode() == Errors.INVALID_REQUEST.code());
    assertThat(results.get(9).errorCode()).isZero();
    assertThat(controller.image().acls()).containsExactly(READ);
  }

  @Test
  void numberOfRulesIsLimited() throws Exception {
    settings.set(ControllerSettings.MARGAY_MAX_ACLS, "2");
    assertThat(create(READ, PREFIX)).isEqualTo(Errors.NONE);
    assertThat(create(GROUP)).isEqualTo(Errors.POLICY_VIOLATION);
    assertThat(create(READ)).as("nothing new").isEqualTo(Errors.NONE);
  }

  @Test
  void withoutAnAuthorizerThereAreNone() throws Exception {
    settings.set(AuthorizerSettings.AUTHORIZER_CLASS_NAME, "");
    assertThat(create(READ)).isEqualTo(Errors.SECURITY_DISABLED);
    assertThat(ask(new DescribeAclsHandler(controller), 3, all(), DescribeAclsResponse::new).errorCode())
        .isEqualTo(Errors.SECURITY_DISABLED.code());
  }
}
