package io.margay.mirror.internal;

import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.AclPermission;
import io.margay.model.acl.PatternType;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DescribeAclsRequest;
import io.margay.protocol.message.DescribeAclsResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The ACLs of a source that are about topics, and what of them the mirror of a topic gets. Immutable.
 *
 * <p>A mirror never allows more than its source: each ACL that applies to the topic, also by a prefix or {@code *}, becomes one for the name of
 * the mirror alone, since a prefix would apply to other topics here. All that deny are carried over. Of those that allow, only the right to see
 * and to read is: nobody may write to a mirror, and who may change or delete a topic of another cluster may not do so here. An ACL that allows
 * such a thing becomes one that allows what it includes, so that a topic that had ACLs does not become one without.
 */
final class SourceAcls {
  /** ACLs of one mirror, see {@link TopicAcls#bounded}. */
  static final int ACLS_MAX = 500;

  private final Map<String, List<Acl>> literal = new HashMap<>();
  private final List<Acl> others = new ArrayList<>();

  SourceAcls(Iterable<Acl> acls) {
    for (Acl acl : acls) {
      if (acl.type() == ResourceType.TOPIC && acl.pattern() == PatternType.LITERAL && !acl.name().equals(Acl.WILDCARD)) {
        literal.computeIfAbsent(acl.name(), name -> new ArrayList<>()).add(acl);
      } else if (acl.type() == ResourceType.TOPIC) {
        others.add(acl);
      }
    }
  }

  /**
   * Asks the source.
   *
   * @return null when the source has no authorizer
   * @throws IOException also when it does not tell its ACLs
   */
  static SourceAcls read(RemoteCluster source) throws IOException, InterruptedException {
    DescribeAclsRequest request = new DescribeAclsRequest().setResourceTypeFilter(ResourceType.TOPIC.code()).setResourceNameFilter(null)
        .setPatternTypeFilter(PatternType.ANY.code()).setPrincipalFilter(null).setHostFilter(null).setOperation(AclOperation.ANY.code())
        .setPermissionType(AclPermission.ANY.code());
    DescribeAclsResponse response = source.any(DescribeAclsRequest.API, version -> request, new DescribeAclsResponse());
    Errors error = Errors.forCode(response.errorCode());
    if (error == Errors.SECURITY_DISABLED) {
      return null;
    } else if (error != Errors.NONE) {
      throw new IOException("the ACLs of the source cannot be read: " + error + "; allow the link to describe the cluster there, or set "
          + "sync.acls to nothing");
    }
    List<Acl> acls = new ArrayList<>();
    response.resources().forEach(resource -> resource.acls().forEach(acl -> acls.add(new Acl(ResourceType.forCode(resource.resourceType()),
        PatternType.forCode(resource.patternType()), resource.resourceName(), acl.principal(), acl.host(),
        AclOperation.forCode(acl.operation()), AclPermission.forCode(acl.permissionType())))));
    return new SourceAcls(acls);
  }

  /**
   * What the mirror of a topic gets.
   *
   * @param principals whom rights are given to; what is denied is denied to all
   */
  TreeSet<Acl> carried(String topic, String mirror, Predicate<String> principals) {
    TreeSet<Acl> carried = new TreeSet<>();
    for (List<Acl> some : List.of(literal.getOrDefault(topic, List.of()), others)) {
      for (Acl acl : some) {
        if (acl.isAbout(topic) && acl.permission() == AclPermission.DENY) {
          carried.add(about(mirror, acl, acl.operation()));
        } else if (acl.isAbout(topic) && acl.permission() == AclPermission.ALLOW && principals.test(acl.principal())) {
          allowed(acl.operation()).forEach(operation -> carried.add(about(mirror, acl, operation)));
        }
      }
    }
    carried.removeIf(acl -> acl.operation() == AclOperation.UNKNOWN);
    return carried;
  }

  private static List<AclOperation> allowed(AclOperation operation) {
    return switch (operation) {
      case ALL -> List.of(AclOperation.READ, AclOperation.DESCRIBE_CONFIGS);
      case READ, CREATE -> List.of(operation);
      case DESCRIBE, WRITE, DELETE, ALTER -> List.of(AclOperation.DESCRIBE);
      case DESCRIBE_CONFIGS, ALTER_CONFIGS -> List.of(AclOperation.DESCRIBE_CONFIGS);
      default -> List.of();
    };
  }

  private static Acl about(String mirror, Acl acl, AclOperation operation) {
    return new Acl(ResourceType.TOPIC, PatternType.LITERAL, mirror, acl.principal(), acl.host(), operation, acl.permission());
  }
}
