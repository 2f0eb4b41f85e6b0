package io.margay.server.internal;

import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.spi.handler.Principal;
import java.net.InetAddress;

/**
 * What was decided for the requests of one connection, so that the same question costs a look into a table and allocates nothing. A
 * decision is valid for the authorizer that made it, as long as its version stays the same, and for one principal.
 *
 * <p>Bounded: {@value #SIZE} decisions, each in the place that its question's hash gives it; another one replaces it. The table is made
 * with the first decision. Names are kept as they came from the client, so they count as much as one request.
 *
 * <p>Safe for all threads: the elements are immutable, and a lost update costs another decision.
 */
final class Decisions {
  /** A power of two. */
  static final int SIZE = 64;
  /** Stands for all names; no resource has it. */
  private static final String ANY = "\0";
  /** A longer name is no name of a topic, and not worth keeping. */
  private static final int MAX_NAME = 255;

  private record Decision(int decider, long version, Principal principal, AclOperation operation, ResourceType type, String name,
      boolean allowed) { }

  private volatile Decision[] table;

  /** Decides, or repeats what was decided. */
  boolean allowed(Authorization.Decider decider, Principal principal, InetAddress host, AclOperation operation, ResourceType type,
      String name) {
    long version = decider.authorizer().version();
    Decision[] known = table;
    int place = (name.hashCode() * 31 + operation.ordinal()) * 31 + type.ordinal();
    place = (place ^ place >>> 16) & SIZE - 1;
    if (known == null) {
      known = new Decision[SIZE];
      table = known;
    }
    Decision d = known[place];
    if (d != null && d.version == version && d.decider == decider.number() && d.operation == operation && d.type == type
        && (d.name == name || name != ANY && d.name != ANY && d.name.equals(name)) && d.principal.equals(principal)) {
      return d.allowed;
    }
    boolean allowed = name == ANY ? decider.allowsAny(principal, host, operation, type)
        : decider.allows(principal, host, operation, type, name);
    if (name.length() <= MAX_NAME) {
      known[place] = new Decision(decider.number(), version, principal, operation, type, name, allowed);
    }
    return allowed;
  }

  /** The same for whether something is allowed for any name. */
  boolean allowedForAny(Authorization.Decider decider, Principal principal, InetAddress host, AclOperation operation, ResourceType type) {
    return allowed(decider, principal, host, operation, type, ANY);
  }
}
