package io.margay.acl.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.AclPermission;
import io.margay.model.acl.PatternType;
import io.margay.model.acl.ResourceType;
import io.margay.spi.handler.Principal;
import io.margay.spi.security.AuthorizerSettings;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AclAuthorizerTest {
  private static final Principal ALICE = new Principal("User", "alice");
  private static final InetAddress HOST = InetAddress.getLoopbackAddress();

  private static Acl topic(PatternType pattern, String name, String user, AclOperation operation, AclPermission permission) {
    return new Acl(ResourceType.TOPIC, pattern, name, user, Acl.WILDCARD, operation, permission);
  }

  private static Acl allow(String name, AclOperation operation) {
    return topic(PatternType.LITERAL, name, "User:alice", operation, AclPermission.ALLOW);
  }

  private static AclAuthorizer with(Acl... acls) {
    return with(false, Set.of("User:admin"), List.of(acls));
  }

  private static AclAuthorizer with(boolean unruled, Set<String> superUsers, List<Acl> acls) {
    AclAuthorizer authorizer = new AclAuthorizer(superUsers, unruled);
    authorizer.update(List.copyOf(new TreeSet<>(acls)));
    return authorizer;
  }

  private static boolean mayRead(AclAuthorizer authorizer, String topic) {
    return authorizer.allows(ALICE, HOST, AclOperation.READ, ResourceType.TOPIC, topic);
  }

  @Test
  void nothingIsAllowedWithoutARule() {
    assertFalse(mayRead(with(), "t"));
    assertTrue(with().allows(new Principal("User", "admin"), HOST, AclOperation.ALTER, ResourceType.CLUSTER, Acl.CLUSTER_NAME));
  }

  @Test
  void denialWinsWhereverItStands() {
    AclAuthorizer authorizer = with(allow("orders", AclOperation.READ), allow("*", AclOperation.READ),
        topic(PatternType.PREFIXED, "or", Acl.ANY_USER, AclOperation.ALL, AclPermission.DENY));
    assertFalse(mayRead(authorizer, "orders"));
    assertTrue(mayRead(authorizer, "o"));
    assertTrue(mayRead(authorizer, "payments"));
  }

  @Test
  void denialImpliesNothing() {
    AclAuthorizer authorizer = with(allow("t", AclOperation.ALL),
        topic(PatternType.LITERAL, "t", "User:alice", AclOperation.READ, AclPermission.DENY));
    assertFalse(mayRead(authorizer, "t"));
    assertTrue(authorizer.allows(ALICE, HOST, AclOperation.DESCRIBE, ResourceType.TOPIC, "t"));
  }

  @Test
  void everyPrefixOfTheNameCounts() {
    for (String prefix : List.of("a", "ab", "abc", "abcd")) {
      List<Acl> acls = new ArrayList<>(List.of(topic(PatternType.PREFIXED, prefix, "User:alice", AclOperation.READ, AclPermission.ALLOW)));
      for (String other : List.of("aa", "abb", "abcc", "abca", "abcdd", "abd", "b", "a-", "abce")) {
        acls.add(topic(PatternType.PREFIXED, other, "User:bob", AclOperation.READ, AclPermission.ALLOW));
      }
      assertTrue(mayRead(with(false, Set.of(), acls), "abcd"), prefix);
    }
  }

  @Test
  void hostsAndPrincipalsAreComparedAsTheyAre() {
    Acl here = new Acl(ResourceType.TOPIC, PatternType.LITERAL, "t", "User:alice", HOST.getHostAddress(), AclOperation.READ,
        AclPermission.ALLOW);
    Acl elsewhere = new Acl(ResourceType.TOPIC, PatternType.LITERAL, "u", "User:alice", "10.0.0.1", AclOperation.READ,
        AclPermission.ALLOW);
    Acl group = new Acl(ResourceType.TOPIC, PatternType.LITERAL, "v", "Group:alice", Acl.WILDCARD, AclOperation.READ,
        AclPermission.ALLOW);
    AclAuthorizer authorizer = with(here, elsewhere, group);
    assertTrue(mayRead(authorizer, "t"));
    assertFalse(mayRead(authorizer, "u"));
    assertFalse(mayRead(authorizer, "v"));
  }

  @Test
  void anybodyMayUseWhatNoRuleIsAboutWhenThatIsSet() {
    AclAuthorizer authorizer = with(true, Set.of(), List.of(topic(PatternType.LITERAL, "t", "User:bob", AclOperation.READ,
        AclPermission.ALLOW)));
    assertFalse(mayRead(authorizer, "t"));
    assertTrue(mayRead(authorizer, "u"));
    assertTrue(authorizer.allows(ALICE, HOST, AclOperation.READ, ResourceType.GROUP, "g"));
  }

  @Test
  void anyNameThatIsNotDeniedIsEnough() {
    Acl wildcardDeny = topic(PatternType.LITERAL, "*", "User:alice", AclOperation.WRITE, AclPermission.DENY);
    Acl prefixDeny = topic(PatternType.PREFIXED, "a", "User:alice", AclOperation.ALL, AclPermission.DENY);
    assertFalse(mayWriteAny(with()));
    assertTrue(mayWriteAny(with(allow("abc", AclOperation.WRITE))));
    assertFalse(mayWriteAny(with(allow("abc", AclOperation.WRITE), wildcardDeny)));
    assertFalse(mayWriteAny(with(allow("abc", AclOperation.ALL), prefixDeny)));
    assertTrue(mayWriteAny(with(allow("abc", AclOperation.ALL), allow("b", AclOperation.WRITE), prefixDeny)));
    assertTrue(mayWriteAny(with(allow("*", AclOperation.WRITE), prefixDeny)));
    assertFalse(mayWriteAny(with(allow("abc", AclOperation.READ))));
  }

  private static boolean mayWriteAny(AclAuthorizer authorizer) {
    return authorizer.allowsAny(ALICE, HOST, AclOperation.WRITE, ResourceType.TOPIC);
  }

  @Test
  void versionGrowsWithTheRules() {
    AclAuthorizer authorizer = with();
    long before = authorizer.version();
    authorizer.update(List.of(allow("t", AclOperation.READ)));
    assertEquals(before + 1, authorizer.version());
    assertTrue(mayRead(authorizer, "t"));
  }

  @Test
  void superUsersAreSeparatedBySemicolons() {
    assertEquals(Set.of("User:CN=a, O=b", "User:c"), AuthorizerSettings.superUsers(" User:CN=a, O=b ;User:c; "));
  }

  /** The index finds what a look at every rule finds. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void indexDecidesLikeALookAtEveryRule(long seed) {
    Random random = new Random(seed);
    List<Acl> acls = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      acls.add(randomAcl(random));
    }
    boolean unruled = random.nextBoolean();
    AclAuthorizer authorizer = with(unruled, Set.of(), acls);
    for (int i = 0; i < 2000; i++) {
      Principal who = new Principal("User", random.nextBoolean() ? "alice" : "bob");
      AclOperation operation = operation(random);
      ResourceType type = random.nextBoolean() ? ResourceType.TOPIC : ResourceType.GROUP;
      String name = name(random);
      assertEquals(slowly(acls, who, operation, type, name, unruled), authorizer.allows(who, HOST, operation, type, name),
          () -> "seed " + seed + ": " + who + " " + operation + " " + type + " " + name);
    }
  }

  private static boolean slowly(List<Acl> acls, Principal who, AclOperation operation, ResourceType type, String name, boolean unruled) {
    boolean ruled = false;
    boolean allowed = false;
    for (Acl acl : acls) {
      if (acl.type() != type || !acl.isAbout(name)) {
        continue;
      }
      ruled = true;
      if (!acl.principal().equals(who.toString()) && !acl.principal().equals(Acl.ANY_USER) || !acl.host().equals("*")) {
        continue;
      }
      if (acl.permission() == AclPermission.DENY) {
        if (acl.operation() == operation || acl.operation() == AclOperation.ALL) {
          return false;
        }
      } else {
        allowed |= acl.operation().implies(operation);
      }
    }
    return allowed || !ruled && unruled;
  }

  private static Acl randomAcl(Random random) {
    return new Acl(random.nextBoolean() ? ResourceType.TOPIC : ResourceType.GROUP,
        random.nextBoolean() ? PatternType.LITERAL : PatternType.PREFIXED, random.nextInt(8) == 0 ? "*" : name(random),
        List.of("User:alice", "User:bob", Acl.ANY_USER).get(random.nextInt(3)), random.nextInt(4) == 0 ? "10.0.0.1" : "*",
        random.nextInt(6) == 0 ? AclOperation.ALL : operation(random),
        random.nextInt(4) == 0 ? AclPermission.DENY : AclPermission.ALLOW);
  }

  private static AclOperation operation(Random random) {
    return ResourceType.TOPIC.operations().get(random.nextInt(ResourceType.TOPIC.operations().size()));
  }

  private static String name(Random random) {
    StringBuilder name = new StringBuilder();
    for (int length = 1 + random.nextInt(4); length > 0; length--) {
      name.append("ab-".charAt(random.nextInt(3)));
    }
    return name.toString();
  }
}
