package io.margay.model.acl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import org.junit.jupiter.api.Test;

class AclTest {
  private static Acl acl(PatternType pattern, String name) {
    return new Acl(ResourceType.TOPIC, pattern, name, "User:a", Acl.WILDCARD, AclOperation.READ, AclPermission.ALLOW);
  }

  private static AclFilter filter(PatternType pattern, String name) {
    return new AclFilter(ResourceType.TOPIC, pattern, name, null, null, AclOperation.ANY, AclPermission.ANY);
  }

  @Test
  void codesAreThoseOfTheWire() {
    assertEquals(15, AclOperation.TWO_PHASE_COMMIT.code());
    assertEquals(AclOperation.IDEMPOTENT_WRITE, AclOperation.forCode((byte) 12));
    assertEquals(AclOperation.UNKNOWN, AclOperation.forCode((byte) 16));
    assertEquals(ResourceType.USER, ResourceType.forCode((byte) 7));
    assertEquals(ResourceType.UNKNOWN, ResourceType.forCode((byte) -1));
    assertEquals(4, PatternType.PREFIXED.code());
    assertEquals(3, AclPermission.ALLOW.code());
  }

  @Test
  void onlySomeOperationsImplyDescribe() {
    EnumSet<AclOperation> implying = EnumSet.noneOf(AclOperation.class);
    for (AclOperation o : AclOperation.values()) {
      if (o.implies(AclOperation.DESCRIBE)) {
        implying.add(o);
      }
    }
    assertEquals(EnumSet.of(AclOperation.ALL, AclOperation.READ, AclOperation.WRITE, AclOperation.DELETE, AclOperation.ALTER,
        AclOperation.DESCRIBE), implying);
    assertTrue(AclOperation.ALTER_CONFIGS.implies(AclOperation.DESCRIBE_CONFIGS));
    assertFalse(AclOperation.ALTER.implies(AclOperation.DESCRIBE_CONFIGS));
  }

  @Test
  void patternsStandForNames() {
    assertTrue(acl(PatternType.LITERAL, "a").isAbout("a"));
    assertFalse(acl(PatternType.LITERAL, "a").isAbout("ab"));
    assertTrue(acl(PatternType.LITERAL, "*").isAbout("ab"));
    assertTrue(acl(PatternType.PREFIXED, "a").isAbout("ab"));
    assertFalse(acl(PatternType.PREFIXED, "*").isAbout("ab"), "a prefix is no wildcard");
  }

  @Test
  void filtersChooseByPattern() {
    assertTrue(filter(PatternType.ANY, null).matches(acl(PatternType.PREFIXED, "a")));
    assertTrue(filter(PatternType.ANY, "a").matches(acl(PatternType.PREFIXED, "a")));
    assertFalse(filter(PatternType.ANY, "ab").matches(acl(PatternType.PREFIXED, "a")));
    assertTrue(filter(PatternType.MATCH, "ab").matches(acl(PatternType.PREFIXED, "a")));
    assertTrue(filter(PatternType.MATCH, "ab").matches(acl(PatternType.LITERAL, "*")));
    assertFalse(filter(PatternType.LITERAL, "ab").matches(acl(PatternType.LITERAL, "*")));
    assertTrue(filter(PatternType.PREFIXED, "a").matches(acl(PatternType.PREFIXED, "a")));
    assertFalse(filter(PatternType.PREFIXED, null).matches(acl(PatternType.LITERAL, "a")));
  }
}
