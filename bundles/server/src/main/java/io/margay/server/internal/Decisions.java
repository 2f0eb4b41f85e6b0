package io.margay.server.internal;

import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.spi.handler.Principal;
import java.net.InetAddress;

/**
 * What was decided for the requests of one connection, so that the same question costs a look into a table and allocates nothing. A
 * decision is valid for the authorizer that made it, as long as its version stays the same, and for one principal.
 *
 * <p>Bounded: {@value #SIZE} decisions, each in one of the {@value #WAYS} places that its question's hash gives it; when others have them,
 * it replaces one. The table is made with the first decision. Names are kept as they came from the client, so they count as much as one request.
 *
 * <p>Safe for all threads: the elements are immutable, and a lost update costs another decision.
 */
final class Decisions {
  /** A power of two. */
  static final int SIZE = 128;
  /** A power of two. */
  private static final int WAYS = 4;
  /** Odd, with well mixed bits: 2 to the power of 32 divided by the golden ratio. */
  private static final int SPREAD = 0x9E3779B9;
  /** Stands for all names; no resource has it. */
  private static final String ANY = "\0";
  /** A longer name is no name of a topic, and not worth keeping. */
  private static final int MAX_NAME = 255;

  private record Decision(int decider, long version, Principal principal, AclOperation operation, ResourceType type, String name,
      boolean allowed) {
    /** A client's name is never taken for {@link #ANY}. */
    boolean isAbout(String asked) {
      return name == asked || name != ANY && asked != ANY && name.equals(asked);
    }
  }

  private volatile Decision[] table;

  /** Decides, or repeats what was decided. */
  boolean allowed(Authorization.Decider decider, Principal principal, InetAddress host, AclOperation operation, ResourceType type,
      String name) {
    long version = decider.authorizer().version();
    int hash = ((name.hashCode() * 31 + operation.ordinal()) * 31 + type.ordinal()) * SPREAD;
    int first = hash >>> 16 & SIZE - WAYS;
    Decision[] known = table;
    if (known == null) {
      known = new Decision[SIZE];
      table = known;
    }
    int free = first + (hash & WAYS - 1);
    for (int place = first; place < first + WAYS; place++) {
      Decision d = known[place];
      if (d == null) {
        free = place;
        break;
      }
      if (d.operation == operation && d.type == type && d.isAbout(name)) {
        if (d.version == version && d.decider == decider.number() && (d.principal == principal || d.principal.equals(principal))) {
          return d.allowed;
        }
        free = place;
        break;
      }
    }
    boolean allowed = name == ANY ? decider.allowsAny(principal, host, operation, type)
        : decider.allows(principal, host, operation, type, name);
    if (name.length() <= MAX_NAME) {
      known[free] = new Decision(decider.number(), version, principal, operation, type, name, allowed);
    }
    return allowed;
  }

  /** The same for whether something is allowed for any name. */
  boolean allowedForAny(Authorization.Decider decider, Principal principal, InetAddress host, AclOperation operation, ResourceType type) {
    return allowed(decider, principal, host, operation, type, ANY);
  }
}
