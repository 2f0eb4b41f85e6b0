package io.margay.itests.acl;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Asks the same questions under the same ACLs, and writes a line for each answer. {@link #main} asks a Kafka. */
final class Comparison {
  /** Changes the ACLs of a server, without them. */
  interface Administrator {
    /** Takes ACLs away and adds others, and waits until that is so. */
    void change(List<String> removed, List<String> added) throws Exception;
  }

  private Comparison() { }

  /** @return a line for each question in each round: round, API and version, question, answer */
  static List<String> run(int port, Administrator administrator) throws Exception {
    List<String> lines = new ArrayList<>();
    List<String> before = Rules.EVERYTHING.acls();
    administrator.change(List.of(), before);
    for (Question preparation : Questions.preparations()) {
      prepare(preparation, port);
    }
    for (Rules round : Rules.rounds()) {
      if (!before.equals(Rules.EVERYTHING.acls())) {
        administrator.change(before, Rules.EVERYTHING.acls());
        before = Rules.EVERYTHING.acls();
      }
      prepare(Questions.deletable(), port);
      if (!round.acls().equals(before)) {
        administrator.change(before, round.acls());
        before = round.acls();
      }
      for (Question q : Questions.all()) {
        lines.add(round.name() + " | " + q.api() + " v" + q.version() + " | " + q.name() + " | " + q.ask(port));
      }
    }
    administrator.change(before, List.of());
    return lines;
  }

  /**
   * Whether two answers differ in something else than what the client may do: a broker that leads no partition of the topic is told so
   * whether the topic exists or not, and so is a member of a consumer group that does not exist.
   */
  static boolean differsOtherwise(String kafka, String here) {
    return kafka.contains("WRITE_TXN_MARKERS") && kafka.replace("errorCode=3}", "errorCode=6}").equals(here)
        || kafka.contains("CONSUMER_GROUP_HEARTBEAT") && kafka.replace("errorCode=69", "errorCode=25").equals(here);
  }

  /** A coordinator, or a topic just made, may take a moment. */
  private static void prepare(Question preparation, int port) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    for (String answer = ""; !answer.matches("(?s).*[eE]rrorCode=(?!36\\b).*|ok");) {
      answer = preparation.ask(port);
      if (!answer.matches("(?s).*[eE]rrorCode=(?!36\\b).*")) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(preparation.name() + ": " + answer);
      }
      answer = "";
    }
  }

  /**
   * Asks a Kafka.
   *
   * @param args the port of its listener without authentication, its bootstrap address for the super user admin with the password admin, and
   *     the file to write
   */
  public static void main(String[] args) throws Exception {
    try (Admin admin = admin(args[1])) {
      List<String> lines = run(Integer.parseInt(args[0]), (removed, added) -> {
        change(admin, removed, added);
        // the broker's authorizer, which answers this, follows the controller's
        Set<AclBinding> wanted = added.stream().map(Comparison::binding).collect(Collectors.toSet());
        while (!wanted.equals(Set.copyOf(admin.describeAcls(AclBindingFilter.ANY).values().get()))) {
          Thread.onSpinWait();
        }
      });
      Files.write(Path.of(args[2]), lines, StandardCharsets.UTF_8);
    }
  }

  /** The super user. */
  static Admin admin(String bootstrap) {
    return Admin.create(login(bootstrap, "admin"));
  }

  /** What a client needs to log in as a user, whose password is its name. */
  static Map<String, Object> login(String bootstrap, String user) {
    return new HashMap<>(Map.of("bootstrap.servers", bootstrap, "security.protocol", "SASL_PLAINTEXT", "sasl.mechanism", "PLAIN",
        "sasl.jaas.config", "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"" + user + "\" password=\"" + user
            + "\";"));
  }

  static void change(Admin admin, List<String> removed, List<String> added) throws Exception {
    admin.deleteAcls(removed.stream().map(Comparison::binding).map(AclBinding::toFilter).toList()).all().get();
    admin.createAcls(added.stream().map(Comparison::binding).toList()).all().get();
  }

  private static AclBinding binding(String acl) {
    String[] words = acl.toUpperCase(Locale.ROOT).split(" ");
    String[] texts = acl.split(" ");
    return new AclBinding(new ResourcePattern(ResourceType.valueOf(words[2]), texts[3], PatternType.valueOf(words[4])),
        new AccessControlEntry(texts[0], texts[6], AclOperation.valueOf(words[1]), AclPermissionType.valueOf(words[5])));
  }
}
