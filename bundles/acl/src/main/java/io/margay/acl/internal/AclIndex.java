package io.margay.acl.internal;

import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.AclPermission;
import io.margay.model.acl.PatternType;
import io.margay.model.acl.ResourceType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The rules, so that those about one resource are found without a look at the others. Immutable. Built in one pass over the sorted rules,
 * whose order it keeps; a look-up takes a binary search for the name, and one for each prefix of the name that has rules.
 */
final class AclIndex {
  private static final Acl[] NONE = { };

  /** The rules with one pattern type, by name. The arrays have the same length. */
  private record Names(String[] names, Acl[][] acls) {
    static Names of(List<Acl> sorted) {
      List<String> names = new ArrayList<>();
      List<Acl[]> groups = new ArrayList<>();
      for (int from = 0; from < sorted.size();) {
        String name = sorted.get(from).name();
        int to = from + 1;
        while (to < sorted.size() && sorted.get(to).name().equals(name)) {
          to++;
        }
        names.add(name);
        groups.add(sorted.subList(from, to).toArray(NONE));
        from = to;
      }
      return new Names(names.toArray(new String[0]), groups.toArray(new Acl[0][]));
    }

    Acl[] named(String name) {
      int at = Arrays.binarySearch(names, name);
      return at < 0 ? NONE : acls[at];
    }

    /** The place of the last name that is not after another one, or -1. */
    int floor(String name) {
      int at = Arrays.binarySearch(names, name);
      return at >= 0 ? at : -at - 2;
    }

    /** Visits the rules whose names a name begins with, until the visitor has enough. @return whether it had */
    boolean untilPrefix(String name, Predicate<Acl[]> visitor) {
      int at = floor(name);
      while (at >= 0) {
        String candidate = names[at];
        if (name.startsWith(candidate)) {
          if (visitor.test(acls[at])) {
            return true;
          }
          at--;
        } else {
          int common = 0;
          while (common < candidate.length() && common < name.length() && candidate.charAt(common) == name.charAt(common)) {
            common++;
          }
          at = floor(name.substring(0, common)); // before the candidate, which is longer
        }
      }
      return false;
    }
  }

  /** The rules about one kind of resource. */
  private record Kind(List<Acl> all, Names literal, Names prefixed) { }

  private final Map<ResourceType, Kind> kinds = new EnumMap<>(ResourceType.class);

  /** @param sorted the rules in their natural order */
  AclIndex(List<Acl> sorted) {
    for (int from = 0; from < sorted.size();) {
      ResourceType type = sorted.get(from).type();
      int to = from;
      int prefixed = -1;
      while (to < sorted.size() && sorted.get(to).type() == type) {
        if (prefixed < 0 && sorted.get(to).pattern() == PatternType.PREFIXED) {
          prefixed = to;
        }
        to++;
      }
      int split = prefixed < 0 ? to : prefixed;
      kinds.put(type, new Kind(sorted.subList(from, to), Names.of(sorted.subList(from, split)), Names.of(sorted.subList(split, to))));
      from = to;
    }
  }

  /**
   * What the rules say.
   *
   * @param principal who, as text
   * @param host the address, as text
   * @param unruled the answer when no rule is about the resource
   */
  boolean allows(String principal, String host, AclOperation operation, ResourceType type, String name, boolean unruled) {
    Kind kind = kinds.get(type);
    if (kind == null) {
      return unruled;
    }
    Verdict verdict = new Verdict(principal, host, operation);
    boolean denied = verdict.add(kind.literal.named(name)) || verdict.add(kind.literal.named(Acl.WILDCARD))
        || kind.prefixed.untilPrefix(name, verdict::add);
    return !denied && (verdict.allowed || !verdict.ruled && unruled);
  }

  /** What the rules seen so far say to one question. */
  private static final class Verdict {
    private final String principal;
    private final String host;
    private final AclOperation operation;
    private boolean ruled;
    private boolean allowed;

    Verdict(String principal, String host, AclOperation operation) {
      this.principal = principal;
      this.host = host;
      this.operation = operation;
    }

    /** @return whether one of the rules denies, so that others do not matter */
    boolean add(Acl[] rules) {
      for (Acl acl : rules) {
        ruled = true;
        if (isFor(acl, principal, host)) {
          if (acl.permission() == AclPermission.DENY) {
            if (acl.operation() == operation || acl.operation() == AclOperation.ALL) {
              return true;
            }
          } else {
            allowed |= acl.operation().implies(operation);
          }
        }
      }
      return false;
    }
  }

  private static boolean isFor(Acl acl, String principal, String host) {
    return (acl.principal().equals(principal) || acl.principal().equals(Acl.ANY_USER))
        && (acl.host().equals(host) || acl.host().equals(Acl.WILDCARD));
  }

  /**
   * Whether there may be a name for which the rules allow an operation. An operation that implies it does not count, as in Kafka.
   *
   * @param principal who, as text
   * @param host the address, as text
   */
  boolean allowsAny(String principal, String host, AclOperation operation, ResourceType type) {
    Kind kind = kinds.get(type);
    if (kind == null) {
      return false;
    }
    Set<String> deniedNames = new HashSet<>();
    Set<String> deniedPrefixes = new HashSet<>();
    List<Acl> allowing = new ArrayList<>();
    for (Acl acl : kind.all) {
      if (!isFor(acl, principal, host) || acl.operation() != operation && acl.operation() != AclOperation.ALL) {
        continue;
      }
      boolean literal = acl.pattern() == PatternType.LITERAL;
      if (acl.permission() == AclPermission.ALLOW) {
        allowing.add(acl);
      } else if (literal && acl.name().equals(Acl.WILDCARD)) {
        return false;
      } else {
        (literal ? deniedNames : deniedPrefixes).add(acl.name());
      }
    }
    for (Acl acl : allowing) {
      boolean literal = acl.pattern() == PatternType.LITERAL;
      if (literal && acl.name().equals(Acl.WILDCARD)
          || !(literal && deniedNames.contains(acl.name())) && !hasPrefix(acl.name(), deniedPrefixes)) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasPrefix(String name, Set<String> prefixes) {
    for (int length = 1; length <= name.length() && !prefixes.isEmpty(); length++) {
      if (prefixes.contains(name.substring(0, length))) {
        return true;
      }
    }
    return false;
  }
}
