package io.margay.itests.acl;

import java.util.List;

/**
 * A round of the comparison: ACLs, under which all questions are asked.
 *
 * @param name of the round
 * @param acls as principal, operation, type, name, pattern, permission and host, separated by spaces
 */
record Rules(String name, List<String> acls) {
  /** Under which everything is prepared. */
  static final Rules EVERYTHING = of("everything", "all topic *", "all group *", "all transactional_id *", "all cluster kafka-cluster");

  /** Those of the client that asks; {@code deny} before an operation denies, {@code +} behind a name means a prefix. */
  static Rules of(String name, String... acls) {
    return new Rules(name, java.util.Arrays.stream(acls).map(Rules::whole).toList());
  }

  private static String whole(String text) {
    String[] words = text.replaceFirst("^deny ", "").split(" ");
    String who = words.length > 3 ? words[3] : "User:ANONYMOUS";
    String host = words.length > 4 ? words[4] : "*";
    boolean prefix = words[2].endsWith("+");
    return String.join(" ", who, words[0], words[1], prefix ? words[2].substring(0, words[2].length() - 1) : words[2],
        prefix ? "prefixed" : "literal", text.startsWith("deny ") ? "deny" : "allow", host);
  }

  /** The rounds. */
  static List<Rules> rounds() {
    return List.of(of("nothing"), EVERYTHING,
        of("describe", "describe topic t1", "describe group g1", "describe transactional_id x1"),
        of("read", "read topic t1", "read group g1"),
        of("write", "write topic t1", "write transactional_id x1"),
        of("write any topic", "write topic other+"),
        of("create and delete topics", "create topic new+", "delete topic t1", "delete topic del", "delete group g1", "describe topic del"),
        of("delete unseen", "delete topic *", "deny describe topic *", "delete group *"),
        of("alter", "alter topic t1", "alter_configs topic t1", "alter_configs group g1"),
        of("configs", "describe_configs topic t+", "describe_configs group *", "describe_configs cluster kafka-cluster"),
        of("cluster describe", "describe cluster kafka-cluster"),
        of("cluster alter", "alter cluster kafka-cluster", "alter_configs cluster kafka-cluster"),
        of("cluster create", "create cluster kafka-cluster"),
        of("cluster action", "cluster_action cluster kafka-cluster"),
        of("idempotent", "idempotent_write cluster kafka-cluster"),
        of("denied by name", "all topic *", "all group *", "all transactional_id *", "deny read topic t1", "deny write topic t1",
            "deny describe group g1", "deny all transactional_id x1"),
        of("denied by prefix", "all topic *", "all group g1", "deny describe topic t+", "deny all group g+"),
        of("denied by wildcard", "all topic t1", "all group g1", "deny all topic *", "deny read group *"),
        of("all users and hosts", "read topic * User:*", "read group * User:* 127.0.0.1", "deny read topic t1 User:* 10.0.0.1"),
        of("others", "all topic * User:alice", "all group * User:alice", "all cluster kafka-cluster User:alice", "read topic t1 Group:ANONYMOUS",
            "read topic t1 User:ANONYMOUS 10.0.0.1"));
  }
}
