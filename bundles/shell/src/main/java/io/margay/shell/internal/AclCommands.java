package io.margay.shell.internal;

import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.AclPermission;
import io.margay.model.acl.PatternType;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.message.CreateAclsRequest;
import io.margay.protocol.message.CreateAclsRequest.AclCreation;
import io.margay.protocol.message.CreateAclsResponse;
import io.margay.protocol.message.DeleteAclsRequest;
import io.margay.protocol.message.DeleteAclsRequest.DeleteAclsFilter;
import io.margay.protocol.message.DeleteAclsResponse;
import io.margay.protocol.message.DescribeAclsRequest;
import io.margay.protocol.message.DescribeAclsResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of scope acl. */
@Command(name = "acl")
final class AclCommands {
  static final String SCOPE = "acl";
  private final Requests requests;
  private final CommandFunction.Io io;

  AclCommands(Requests requests, CommandFunction.Io io) {
    this.requests = requests;
    this.io = io;
  }

  /** What can be typed for a type of resource. */
  static List<String> types() {
    return words(ResourceType.values(), t -> t != ResourceType.UNKNOWN && t != ResourceType.ANY);
  }

  /** What can be typed for an operation. */
  static List<String> operations() {
    return words(AclOperation.values(), o -> o != AclOperation.UNKNOWN && o != AclOperation.ANY);
  }

  private static <E extends Enum<E>> List<String> words(E[] values, Predicate<E> which) {
    return Arrays.stream(values).filter(which).map(AclCommands::word).toList();
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The value that a word stands for; Kafka's tools have a notation without dashes. */
  private static <E extends Enum<E>> E value(String word, E[] values, List<String> allowed, String what) {
    String plain = word.replaceAll("[-_]", "");
    for (E value : values) {
      if (value.name().replace("_", "").equalsIgnoreCase(plain) && allowed.contains(word(value))) {
        return value;
      }
    }
    List<String> near = Near.names(word, allowed);
    throw new ShellException("there is no " + what + " " + Printable.of(word) + "; " + (near.isEmpty() ? "choose one of " + String.join(", ", allowed)
        : "did you mean " + String.join(", ", near) + "?"));
  }

  private static ResourceType type(String word) {
    return value(word, ResourceType.values(), types(), "type of resource");
  }

  @Needs(Role.VIEW)
  @Command(name = "list", description = "Show the ACLs: who may, or may not, do what.")
  void list(@Parameters(index = "0", arity = "0..1", paramLabel = "TYPE", description = "Only those about this type of resource.") String type,
      @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "Only those that apply to this resource.") String name,
      @Option(names = {"-p", "--principal"}, paramLabel = "PRINCIPAL", description = "Only those about this principal.") String principal,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    DescribeAclsRequest request = new DescribeAclsRequest()
        .setResourceTypeFilter((type == null ? ResourceType.ANY : type(type)).code()).setResourceNameFilter(name)
        .setPatternTypeFilter((name == null ? PatternType.ANY : PatternType.MATCH).code()).setPrincipalFilter(principal)
        .setHostFilter(null).setOperation(AclOperation.ANY.code()).setPermissionType(AclPermission.ANY.code());
    DescribeAclsResponse response = requests.send(DescribeAclsRequest.API, request, new DescribeAclsResponse());
    Requests.check(response.errorCode(), response.errorMessage(), "cannot list ACLs");
    List<Acl> acls = new ArrayList<>();
    response.resources().forEach(r -> r.acls().forEach(a -> acls.add(new Acl(ResourceType.forCode(r.resourceType()),
        PatternType.forCode(r.patternType()), r.resourceName(), a.principal(), a.host(), AclOperation.forCode(a.operation()),
        AclPermission.forCode(a.permissionType())))));
    print(acls, json);
  }

  @Needs(Role.ADMIN)
  @Command(name = "add", description = "Add ACLs: allow a principal to do something, or deny it.")
  void add(@Parameters(index = "0", paramLabel = "PRINCIPAL", description = "Who, such as User:alice; User:* for all.") String principal,
      @Parameters(index = "1", paramLabel = "OPERATIONS", description = "What, such as read or read,describe; all for everything.") String operations,
      @Parameters(index = "2", paramLabel = "TYPE", description = "topic, group, cluster, transactional-id, delegation-token or user.") String type,
      @Parameters(index = "3", arity = "0..1", paramLabel = "NAME", description = "To which; * for all. The cluster needs none.") String name,
      @Option(names = "--prefixed", description = "To all whose names begin with NAME.") boolean prefixed,
      @Option(names = "--deny", description = "Deny; this wins over ACLs that allow.") boolean deny,
      @Option(names = "--host", paramLabel = "ADDRESS", defaultValue = Acl.WILDCARD, description = "Only from this address.") String host,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    List<Acl> acls = acls(principal, operations, type, name, prefixed, deny, host);
    CreateAclsRequest request = new CreateAclsRequest().setCreations(acls.stream().map(a -> new AclCreation()
        .setResourceType(a.type().code()).setResourceName(a.name()).setResourcePatternType(a.pattern().code()).setPrincipal(a.principal())
        .setHost(a.host()).setOperation(a.operation().code()).setPermissionType(a.permission().code())).toList());
    for (var result : requests.send(CreateAclsRequest.API, request, new CreateAclsResponse()).results()) {
      Requests.check(result.errorCode(), result.errorMessage(), "cannot add the ACL");
    }
    print(acls, json);
  }

  @Needs(Role.ADMIN)
  @Command(name = "remove", description = "Remove ACLs. Name them as acl:add did.")
  void remove(@Parameters(index = "0", paramLabel = "PRINCIPAL", description = "Who.") String principal,
      @Parameters(index = "1", paramLabel = "OPERATIONS", description = "What, such as read or read,describe.") String operations,
      @Parameters(index = "2", paramLabel = "TYPE", description = "topic, group, cluster, transactional-id, delegation-token or user.") String type,
      @Parameters(index = "3", arity = "0..1", paramLabel = "NAME", description = "To which.") String name,
      @Option(names = "--prefixed", description = "Those about names that begin with NAME.") boolean prefixed,
      @Option(names = "--deny", description = "Those that deny.") boolean deny,
      @Option(names = "--host", paramLabel = "ADDRESS", defaultValue = Acl.WILDCARD, description = "Those for this address.") String host,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    List<Acl> acls = acls(principal, operations, type, name, prefixed, deny, host);
    DeleteAclsRequest request = new DeleteAclsRequest().setFilters(acls.stream().map(a -> new DeleteAclsFilter()
        .setResourceTypeFilter(a.type().code()).setResourceNameFilter(a.name()).setPatternTypeFilter(a.pattern().code())
        .setPrincipalFilter(a.principal()).setHostFilter(a.host()).setOperation(a.operation().code())
        .setPermissionType(a.permission().code())).toList());
    DeleteAclsResponse response = requests.send(DeleteAclsRequest.API, request, new DeleteAclsResponse());
    List<Acl> removed = new ArrayList<>();
    for (int i = 0; i < acls.size(); i++) {
      var result = response.filterResults().get(i);
      Requests.check(result.errorCode(), result.errorMessage(), "cannot remove the ACL");
      for (var match : result.matchingAcls()) {
        Requests.check(match.errorCode(), match.errorMessage(), "cannot remove the ACL");
        removed.add(acls.get(i));
      }
    }
    if (removed.isEmpty()) {
      throw new ShellException("there is no such ACL; acl:list shows those there are");
    }
    print(removed, json);
  }

  private static List<Acl> acls(String principal, String operations, String typeName, String name, boolean prefixed, boolean deny,
      String host) {
    ResourceType type = type(typeName);
    if (name == null && type != ResourceType.CLUSTER) {
      throw new ShellException("say which " + word(type) + " is meant, or * for all");
    }
    if (principal.indexOf(':') < 1) {
      throw new ShellException("a principal has a type and a name, such as User:" + Printable.of(principal));
    }
    List<Acl> acls = new ArrayList<>();
    for (String operation : operations.split(",")) {
      acls.add(new Acl(type, prefixed ? PatternType.PREFIXED : PatternType.LITERAL, name == null ? Acl.CLUSTER_NAME : name, principal, host,
          value(operation.trim(), AclOperation.values(), operations(), "operation"),
          deny ? AclPermission.DENY : AclPermission.ALLOW));
    }
    return acls;
  }

  private void print(List<Acl> acls, boolean json) {
    Table table = new Table("type", "name", "pattern", "principal", "host", "operation", "permission");
    acls.stream().sorted().forEach(a -> table.row(word(a.type()), a.name(), word(a.pattern()), a.principal(), a.host(),
        word(a.operation()), word(a.permission())));
    Page.print(io.out(), json, table);
  }
}
