package io.margay.model.acl;

import java.util.Objects;

/**
 * Chooses rules, as DescribeAcls and DeleteAcls do.
 *
 * @param type the kind of resource; ANY for all
 * @param pattern how {@code name} is meant; ANY for rules of any pattern with that name, MATCH for those that are about that resource
 * @param name the name; null for any
 * @param principal the principal; null for any
 * @param host the host; null for any
 * @param operation the operation; ANY for all
 * @param permission the permission; ANY for both
 */
public record AclFilter(ResourceType type, PatternType pattern, String name, String principal, String host, AclOperation operation,
    AclPermission permission) {
  public AclFilter {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(pattern, "pattern");
    Objects.requireNonNull(operation, "operation");
    Objects.requireNonNull(permission, "permission");
  }

  /**
   * @param acl a rule
   * @return whether it is chosen
   */
  public boolean matches(Acl acl) {
    return (type == ResourceType.ANY || type == acl.type()) && matchesName(acl)
        && (principal == null || principal.equals(acl.principal())) && (host == null || host.equals(acl.host()))
        && (operation == AclOperation.ANY || operation == acl.operation())
        && (permission == AclPermission.ANY || permission == acl.permission());
  }

  private boolean matchesName(Acl acl) {
    if (pattern != PatternType.ANY && pattern != PatternType.MATCH && pattern != acl.pattern()) {
      return false;
    }
    if (name == null) {
      return true;
    }
    return pattern == PatternType.MATCH ? acl.isAbout(name) : name.equals(acl.name());
  }
}
