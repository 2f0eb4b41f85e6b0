package io.margay.model.acl;

import java.util.Comparator;
import java.util.Objects;

/**
 * A rule: a principal, from a host, may or may not do something to the resources that a pattern stands for.
 *
 * @param type the kind of resource
 * @param pattern how the name is meant
 * @param name the name, or its beginning
 * @param principal such as User:alice; {@link #ANY_USER} for all users
 * @param host the client's address as text; {@link #WILDCARD} for all
 * @param operation what may be done
 * @param permission whether it may be done
 */
public record Acl(ResourceType type, PatternType pattern, String name, String principal, String host, AclOperation operation,
    AclPermission permission) implements Comparable<Acl> {
  /** Stands for all names or all hosts. */
  public static final String WILDCARD = "*";
  /** Stands for all users. */
  public static final String ANY_USER = "User:*";
  /** The name of the one resource of type CLUSTER. */
  public static final String CLUSTER_NAME = "kafka-cluster";

  private static final Comparator<Acl> ORDER = Comparator.comparing(Acl::type).thenComparing(Acl::pattern).thenComparing(Acl::name)
      .thenComparing(Acl::principal).thenComparing(Acl::host).thenComparing(Acl::operation).thenComparing(Acl::permission);

  public Acl {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(pattern, "pattern");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(principal, "principal");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(operation, "operation");
    Objects.requireNonNull(permission, "permission");
  }

  @Override
  public int compareTo(Acl other) {
    return ORDER.compare(this, other);
  }

  /**
   * @param resource the name of a resource of the same kind
   * @return whether the rule is about it
   */
  public boolean isAbout(String resource) {
    return pattern == PatternType.PREFIXED ? resource.startsWith(name) : name.equals(resource) || name.equals(WILDCARD);
  }
}
