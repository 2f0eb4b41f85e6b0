package io.margay.acl.internal;

import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.AclPermission;
import io.margay.model.acl.PatternType;
import io.margay.model.acl.ResourceType;
import io.margay.spi.security.Authorizer;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** An authorizer with many rules. */
public final class BenchmarkAcls {
  private BenchmarkAcls() { }

  /**
   * @param count how many rules, a tenth of them with a prefix
   * @return allows User:bench to write to topic-0, topic-10 and so on
   */
  public static Authorizer with(int count) {
    Set<Acl> acls = new TreeSet<>();
    for (int i = 0; i < count; i++) {
      acls.add(new Acl(ResourceType.TOPIC, i % 10 == 9 ? PatternType.PREFIXED : PatternType.LITERAL, "topic-" + i,
          i % 10 == 0 ? "User:bench" : "User:other-" + i % 100, Acl.WILDCARD, AclOperation.WRITE, AclPermission.ALLOW));
    }
    AclAuthorizer authorizer = new AclAuthorizer(Set.of("User:admin"), false);
    authorizer.update(List.copyOf(acls));
    return authorizer;
  }
}
