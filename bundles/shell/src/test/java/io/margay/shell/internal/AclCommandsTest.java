package io.margay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.protocol.Errors;
import io.margay.protocol.message.CreateAclsRequest;
import io.margay.protocol.message.CreateAclsRequest.AclCreation;
import io.margay.protocol.message.CreateAclsResponse;
import io.margay.protocol.message.DeleteAclsRequest;
import io.margay.protocol.message.DeleteAclsResponse;
import io.margay.protocol.message.DescribeAclsRequest;
import io.margay.protocol.message.DescribeAclsResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AclCommandsTest {
  private final FakeBroker broker = new FakeBroker();
  private final Gosh gosh = new Gosh(broker);
  private final List<AclCreation> created = new ArrayList<>();
  private DescribeAclsRequest asked;

  @BeforeEach
  void start() {
    broker.others.put(CreateAclsRequest.API.key(), r -> {
      created.addAll(((CreateAclsRequest) r).creations());
      return new CreateAclsResponse().setResults(((CreateAclsRequest) r).creations().stream()
          .map(c -> new CreateAclsResponse.AclCreationResult()).toList());
    });
    broker.others.put(DescribeAclsRequest.API.key(), r -> {
      asked = (DescribeAclsRequest) r;
      return new DescribeAclsResponse().setResources(List.of(new DescribeAclsResponse.DescribeAclsResource().setResourceType((byte) 2)
          .setResourceName("orders").setPatternType((byte) 3).setAcls(List.of(new DescribeAclsResponse.AclDescription()
              .setPrincipal("User:a").setHost("*").setOperation((byte) 3).setPermissionType((byte) 3)))));
    });
    broker.others.put(DeleteAclsRequest.API.key(), r -> new DeleteAclsResponse().setFilterResults(((DeleteAclsRequest) r).filters().stream()
        .map(f -> new DeleteAclsResponse.DeleteAclsFilterResult().setMatchingAcls(f.principalFilter().equals("User:nobody") ? List.of()
            : List.of(new DeleteAclsResponse.DeleteAclsMatchingAcl()))).toList()));
  }

  @AfterEach
  void stop() {
    gosh.close();
  }

  @Test
  void listsWhatFiltersChoose() throws Exception {
    assertThat(gosh.run("acl:list")).isEqualTo("""
        TYPE   NAME    PATTERN  PRINCIPAL  HOST  OPERATION  PERMISSION
        topic  orders  literal  User:a     *     read       allow
        """);
    assertThat(asked.resourceTypeFilter()).isEqualTo((byte) 1);
    assertThat(gosh.run("acl:list topic orders -p User:a --json")).contains("\"principal\" : \"User:a\"");
    assertThat(asked.patternTypeFilter()).as("match").isEqualTo((byte) 2);
    assertThat(asked.principalFilter()).isEqualTo("User:a");
  }

  @Test
  void addsOnePerOperation() throws Exception {
    assertThat(gosh.run("acl:add User:a read,idempotent-write topic or --prefixed --deny --host 10.0.0.1")).contains("idempotent-write");
    assertThat(created).extracting(AclCreation::operation).containsExactly((byte) 3, (byte) 12);
    assertThat(created).allMatch(c -> c.resourcePatternType() == 4 && c.permissionType() == 2 && c.host().equals("10.0.0.1"));
    gosh.run("acl:add User:a DescribeConfigs cluster");
    assertThat(created.get(2).resourceName()).isEqualTo("kafka-cluster");
    assertThat(created.get(2).operation()).isEqualTo((byte) 10);
  }

  @Test
  void saysWhatIsWrong() {
    assertThatThrownBy(() -> gosh.run("acl:add User:a raed topic t")).hasMessageContaining("there is no operation raed");
    assertThatThrownBy(() -> gosh.run("acl:add User:a read topics t")).hasMessageContaining("there is no type of resource topics");
    assertThatThrownBy(() -> gosh.run("acl:add User:a any topic t")).hasMessageContaining("there is no operation any");
    assertThatThrownBy(() -> gosh.run("acl:add a read topic t")).hasMessageContaining("such as User:a");
    assertThatThrownBy(() -> gosh.run("acl:add User:a read topic")).hasMessageContaining("say which topic is meant");
    broker.others.put(DescribeAclsRequest.API.key(), r -> new DescribeAclsResponse().setErrorCode(Errors.SECURITY_DISABLED.code())
        .setErrorMessage("No Authorizer is configured."));
    assertThatThrownBy(() -> gosh.run("acl:list")).hasMessageContaining("No Authorizer is configured");
  }

  @Test
  void removesWhatWasAdded() throws Exception {
    assertThat(gosh.run("acl:remove User:a read,write topic orders")).contains("read", "write");
    assertThatThrownBy(() -> gosh.run("acl:remove User:nobody read topic orders")).hasMessageContaining("there is no such ACL");
  }
}
