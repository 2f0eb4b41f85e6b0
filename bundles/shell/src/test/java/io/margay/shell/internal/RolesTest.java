package io.margay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.protocol.message.MetadataRequest;
import io.margay.protocol.message.MetadataResponse;
import io.margay.spi.audit.AuditEvent;
import io.margay.spi.audit.AuditEvent.Kind;
import io.margay.spi.handler.Principal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivilegedExceptionAction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.Subject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RolesTest {
  /** Has the simple name of Karaf's class. */
  private record RolePrincipal(String name) implements java.security.Principal {
    @Override
    public String getName() {
      return name;
    }
  }

  private final FakeBroker broker = new FakeBroker().brokers(1);
  private final Gosh gosh = new Gosh(broker);

  @AfterEach
  void close() {
    gosh.close();
  }

  private List<AuditEvent> events() {
    List<AuditEvent> all = new ArrayList<>();
    gosh.audit.drain(100, all::add);
    return all;
  }

  @Test
  void eachRoleMayDoWhatThoseBeforeItMay() {
    assertThat(Role.ADMIN.includes(Role.VIEW)).isTrue();
    assertThat(Role.OPERATE.includes(Role.OPERATE)).isTrue();
    assertThat(Role.VIEW.includes(Role.OPERATE)).isFalse();
    assertThat(Role.of("nonsense")).isEqualTo(Role.VIEW);
  }

  @Test
  void theConsoleIsAdminAndWhatItChangesIsRecorded() throws Exception {
    gosh.run("topic:create orders");
    gosh.run("topic:list");
    assertThat(events()).singleElement().satisfies(e -> {
      assertThat(e.kind()).isEqualTo(Kind.COMMAND);
      assertThat(e.action()).isEqualTo("topic:create");
      assertThat(e.outcome()).isEqualTo("ok");
      assertThat(e.actor().principal()).isEqualTo("Shell:" + System.getProperty("user.name"));
      assertThat(e.details()).containsEntry("arguments", "orders");
    });
    assertThat(broker.callers).allMatch(c -> c.trusted() && c.principal().type().equals("Shell"));
  }

  @Test
  void aRoleThatIsTooSmallIsRefusedAndRecorded() throws Exception {
    gosh.settings.set(ShellSettings.MARGAY_SHELL_ROLE, "view");
    assertThatThrownBy(() -> gosh.run("topic:create orders")).hasMessageContaining("topic:create needs the role operate, and this session has view");
    assertThat(broker.topics).isEmpty();
    assertThat(gosh.run("topic:list")).isNotNull();
    assertThat(events()).singleElement().extracting(AuditEvent::kind).isEqualTo(Kind.DENIED);
  }

  @Test
  void theRoleOfASocketCounts() {
    assertThatThrownBy(() -> gosh.run("margay.role=operate; topic:create a; topic:delete a"))
        .hasMessageContaining("topic:delete needs the role admin");
    assertThat(broker.topics).containsKey("a");
  }

  @Test
  void aSessionCannotGiveItselfMoreThanTheSetting() {
    gosh.settings.set(ShellSettings.MARGAY_SHELL_ROLE, "view");
    assertThatThrownBy(() -> gosh.run("margay.role=admin; topic:create a")).hasMessageContaining("needs the role operate, and this session has view");
    assertThat(broker.topics).isEmpty();
  }

  @Test
  void filesOfTheServerAreForTheRoleAdmin(@TempDir Path directory) throws Exception {
    broker.topic("orders", 1);
    Path secret = Files.writeString(directory.resolve("secret"), "hunter2\n");
    Path made = directory.resolve("made");
    gosh.settings.set(ShellSettings.MARGAY_SHELL_ROLE, "operate");
    Map<String, String> refused = new LinkedHashMap<>();
    refused.put("produce orders -f " + secret, "produce --file needs the role admin, and this session has operate; - reads lines from the input");
    refused.put("reassign:start " + secret, "reassign:start FILE needs the role admin, and this session has operate; - reads a plan from the input");
    refused.put("reassign:start /none", "reassign:start FILE needs the role admin, and this session has operate; - reads a plan from the input");
    refused.put("reassign:status " + secret, "reassign:status FILE needs the role admin, and this session has operate; - reads a plan from the input");
    refused.put("reassign:plan --file " + made, "reassign:plan --file needs the role admin, and this session has operate; --json prints the plan");
    refused.forEach((command, message) -> assertThatThrownBy(() -> gosh.run(command)).as(command).hasMessage(message));
    assertThat(made).doesNotExist();
    assertThat(events()).extracting(AuditEvent::kind).contains(Kind.DENIED);
    assertThat(gosh.run("produce orders -", "from the input\n")).contains("produced 1 record");
    gosh.settings.set(ShellSettings.MARGAY_SHELL_ROLE, "admin");
    assertThat(gosh.run("produce orders -f " + secret)).contains("produced 1 record");
  }

  @Test
  void topicsOfTheServerAreForTheRoleAdmin() throws Exception {
    broker.topic("__margay_audit", 1);
    gosh.settings.set(ShellSettings.MARGAY_SHELL_ROLE, "operate");
    for (String typed : List.of("consume __margay_audit", "produce __margay_audit", "topic:alter __margay_audit -p 2", "topic:create __margay_audit",
        "storage:move __margay_audit memory")) {
      assertThatThrownBy(() -> gosh.run(typed)).as(typed)
          .hasMessage(typed.split(" ")[0] + " __margay_audit needs the role admin, and this session has operate");
    }
    gosh.settings.set(ShellSettings.MARGAY_SHELL_ROLE, "admin");
    assertThat(gosh.run("consume __margay_audit")).isEmpty();
  }

  @Test
  void aCommandThatTheUserEndsHasNotFailed() throws Exception {
    broker.others.put(MetadataRequest.API.key(), request -> {
      Thread.currentThread().interrupt();
      return new MetadataResponse();
    });
    gosh.run("produce orders x"); // waits for the topic
    assertThat(events()).singleElement().extracting(AuditEvent::outcome).isEqualTo("interrupted");
  }

  @Test
  void aUserOfKarafHasWhatItsRolesSay() throws Exception {
    for (String[] roleAndResult : new String[][] {{"viewer", "view"}, {"manager", "operate"}, {"admin", "admin"}, {"ssh", "none"}}) {
      Subject user = new Subject(true, Set.of(new RolePrincipal(roleAndResult[0])), Set.of(), Set.of());
      Role role = as(user, () -> new ShellUsers(gosh.settings).role(null));
      assertThat(role == null ? "none" : role.word()).isEqualTo(roleAndResult[1]);
    }
  }

  @SuppressWarnings("removal")
  private static <T> T as(Subject user, PrivilegedExceptionAction<T> action) throws Exception {
    return Subject.doAs(user, action);
  }

  @Test
  void aPrincipalOfTheShellIsNotTrusted() throws Exception {
    gosh.settings.set(ShellSettings.MARGAY_SHELL_PRINCIPAL, "User:ops");
    gosh.run("topic:create orders");
    assertThat(broker.callers).isNotEmpty().allMatch(c -> !c.trusted() && c.principal().equals(new Principal("User", "ops")));
  }

  @Test
  void secretsAndRecordsStayOutOfWhatIsRecorded() throws Exception {
    gosh.run("topic:create orders -c cleanup.policy=compact");
    gosh.run("produce orders hunter2 --key hunter2");
    assertThatThrownBy(() -> gosh.run("config:set broker 1 sasl.jaas.config=hunter2"));
    List<AuditEvent> all = events();
    assertThat(all).hasSize(3);
    assertThat(all.toString()).doesNotContain("hunter2").contains("sasl.jaas.config=...").contains("cleanup.policy=...");
    assertThat(all.get(2).outcome()).isEqualTo("failed");
  }
}
