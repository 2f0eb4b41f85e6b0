package io.margay.acl.internal;

import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.spi.handler.Principal;
import io.margay.spi.security.Authorizer;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;

/**
 * Decides by ACLs, as Kafka's StandardAuthorizer does: super users may do everything; else a rule that denies wins over those that allow,
 * and what no rule allows is denied.
 */
final class AclAuthorizer implements Authorizer {
  /** Stands for any name when Kafka finds out whether a client is a super user. */
  private static final String ANY_NAME = "hardcode";

  private final Set<String> superUsers;
  private final boolean allowUnruled;
  private volatile AclIndex index = new AclIndex(List.of());
  private volatile long version;

  /**
   * @param superUsers principals as text
   * @param allowUnruled whether everybody may use what no rule is about
   */
  AclAuthorizer(Set<String> superUsers, boolean allowUnruled) {
    this.superUsers = Set.copyOf(superUsers);
    this.allowUnruled = allowUnruled;
  }

  /**
   * Replaces the rules. Called by one thread at a time.
   *
   * @param sorted the rules in their natural order
   */
  @SuppressWarnings("NonAtomicOperationOnVolatileField") // one writer
  void update(List<Acl> sorted) {
    index = new AclIndex(sorted);
    version = version + 1; // after the index: what is decided by the old one is never kept under the new number
  }

  @Override
  public long version() {
    return version;
  }

  @Override
  public boolean allows(Principal principal, InetAddress host, AclOperation operation, ResourceType type, String name) {
    String who = principal.toString();
    return superUsers.contains(who) || index.allows(who, host.getHostAddress(), operation, type, name, allowUnruled);
  }

  @Override
  public boolean allowsAny(Principal principal, InetAddress host, AclOperation operation, ResourceType type) {
    return allows(principal, host, operation, type, ANY_NAME)
        || index.allowsAny(principal.toString(), host.getHostAddress(), operation, type);
  }
}
