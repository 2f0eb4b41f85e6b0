package io.margay.mirror.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.AclPermission;
import io.margay.model.acl.PatternType;
import io.margay.model.acl.ResourceType;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What a mirror gets of the ACLs of its source. */
class SourceAclsTest {
  private static Acl acl(PatternType pattern, String name, String principal, AclOperation operation, AclPermission permission) {
    return new Acl(ResourceType.TOPIC, pattern, name, principal, "*", operation, permission);
  }

  private static Acl allow(String name, AclOperation operation) {
    return acl(PatternType.LITERAL, name, "User:alice", operation, AclPermission.ALLOW);
  }

  private static List<String> carried(Acl... acls) {
    return new SourceAcls(List.of(acls)).carried("orders", "w.orders", principal -> !principal.equals("User:mallory")).stream()
        .map(a -> a.principal() + " " + a.permission() + " " + a.operation() + " " + a.pattern() + " " + a.name()).toList();
  }

  @Test
  void theRightToReadIsCarriedOverAndNoneToChangeAnything() {
    assertThat(carried(allow("orders", AclOperation.READ))).containsExactly("User:alice ALLOW READ LITERAL w.orders");
    for (AclOperation operation : List.of(AclOperation.WRITE, AclOperation.DELETE, AclOperation.ALTER, AclOperation.DESCRIBE)) {
      assertThat(carried(allow("orders", operation))).containsExactly("User:alice ALLOW DESCRIBE LITERAL w.orders");
    }
    assertThat(carried(allow("orders", AclOperation.ALTER_CONFIGS))).containsExactly("User:alice ALLOW DESCRIBE_CONFIGS LITERAL w.orders");
    assertThat(carried(allow("orders", AclOperation.ALL))).containsExactly("User:alice ALLOW READ LITERAL w.orders",
        "User:alice ALLOW DESCRIBE_CONFIGS LITERAL w.orders");
  }

  @Test
  void aPrefixOrAnyNameBecomesTheNameOfTheMirror() {
    assertThat(carried(acl(PatternType.PREFIXED, "ord", "User:bob", AclOperation.READ, AclPermission.ALLOW),
        acl(PatternType.LITERAL, "*", "User:carol", AclOperation.READ, AclPermission.ALLOW),
        acl(PatternType.PREFIXED, "other", "User:dave", AclOperation.READ, AclPermission.ALLOW), allow("others", AclOperation.READ)))
        .containsExactly("User:bob ALLOW READ LITERAL w.orders", "User:carol ALLOW READ LITERAL w.orders");
  }

  @Test
  void whatIsDeniedIsDeniedToAllAlsoToThoseTheFilterLeavesOut() {
    assertThat(carried(acl(PatternType.LITERAL, "orders", "User:mallory", AclOperation.READ, AclPermission.ALLOW),
        acl(PatternType.LITERAL, "*", "User:mallory", AclOperation.ALL, AclPermission.DENY),
        acl(PatternType.LITERAL, "orders", "User:*", AclOperation.WRITE, AclPermission.DENY)))
        .containsExactly("User:* DENY WRITE LITERAL w.orders", "User:mallory DENY ALL LITERAL w.orders");
  }

  @Test
  void aLinkRemovesWhatItHasMadeAndNothingElse() {
    Acl byLink = allow("orders", AclOperation.READ);
    Acl byHand = allow("orders", AclOperation.WRITE);
    TopicAcls.Plan first = TopicAcls.Plan.of(Set.of(byLink), Set.of(byHand), Set.of());
    assertThat(first.missing()).containsExactly(byLink);
    assertThat(first.stale()).isEmpty();
    assertThat(first.before()).isEqualTo(first.after()).containsExactly(TopicAcls.hash(byLink));
    TopicAcls.Plan again = TopicAcls.Plan.of(Set.of(byLink), Set.of(byHand, byLink), first.after());
    assertThat(again).isEqualTo(new TopicAcls.Plan(new TreeSet<>(), new TreeSet<>(), first.after(), first.after()));
    TopicAcls.Plan gone = TopicAcls.Plan.of(Set.of(), Set.of(byHand, byLink), first.after());
    assertThat(gone.stale()).containsExactly(byLink);
    assertThat(gone.after()).isEmpty();
  }

  @Test
  void whatWasMadeByHandStaysAlsoIfTheSourceHasHadIt() {
    Acl both = allow("orders", AclOperation.READ);
    TopicAcls.Plan first = TopicAcls.Plan.of(Set.of(both), Set.of(both), Set.of());
    assertThat(first.after()).isEmpty();
    assertThat(TopicAcls.Plan.of(Set.of(), Set.of(both), first.after()).stale()).isEmpty();
  }
}
