package io.margay.console.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

class RoleGuardTest {
  private static final Map<String, String> ROLES =
      Map.of("topic:list", "view", "topic:create", "operate", "margay:deploy", "admin", "margay:help", "view", "other:plain", "");

  /** Knows the commands above. */
  private static final BundleContext CONTEXT = (BundleContext) Proxy.newProxyInstance(RoleGuardTest.class.getClassLoader(),
      new Class<?>[] {BundleContext.class}, (proxy, method, arguments) -> {
        String filter = String.valueOf(arguments[1]);
        assertThat(arguments[0]).isEqualTo(Function.class);
        return ROLES.entrySet().stream().filter(e -> filter.equals("(margay.command=" + e.getKey() + ")")).map(e -> reference(e.getValue())).toList();
      });

  private static ServiceReference<?> reference(String role) {
    return (ServiceReference<?>) Proxy.newProxyInstance(RoleGuardTest.class.getClassLoader(), new Class<?>[] {ServiceReference.class},
        (proxy, method, arguments) -> role.isEmpty() ? null : role);
  }

  private static String line(String role, String typed) throws RoleGuard.RefusedException {
    return new RoleGuard(CONTEXT, role).line(typed);
  }

  @Test
  void aRoleRunsItsCommandsAndThoseOfLesserRoles() throws Exception {
    assertThat(line("view", "topic:list --json")).isEqualTo("topic:list --json");
    assertThat(line("view", "help")).isEqualTo("margay:help");
    assertThat(line("operate", "topic:create orders")).isEqualTo("topic:create orders");
    assertThat(line("operate", "topic:list")).isEqualTo("topic:list");
    assertThatThrownBy(() -> line("view", "topic:create orders")).hasToString("topic:create needs the role operate, and this socket is for the role view");
    assertThatThrownBy(() -> line("operate", "deploy x.jar")).hasMessageContaining("needs the role admin");
    assertThatThrownBy(() -> line("operate", "other:plain")).as("one that does not say it").hasMessageContaining("needs the role admin");
  }

  @Test
  void nothingThatIsTypedIsSyntax() throws Exception {
    for (String typed : List.of("felix:stop 1", "lb", "$.context", "(topic:list)", "{ topic:list }", "x = 5", "\"topic:create\" x", "topic:lis\\t; lb",
        "exec rm", "topic:list;deploy", "*:deploy", "margay.role=admin", "topic:(list)", ".context")) {
      assertThatThrownBy(() -> line("view", typed)).as(typed).isInstanceOf(RoleGuard.RefusedException.class);
    }
    assertThat(line("view", "topic:list ; deploy x")).isEqualTo("topic:list \\; deploy x");
    assertThat(line("view", "topic:list | deploy x")).isEqualTo("topic:list \\| deploy x");
    assertThat(line("view", "topic:list $(deploy x) ${y} <file")).isEqualTo("topic:list \\$\\(deploy x\\) \\$\\{y\\} \\<file");
    assertThat(line("view", "topic:list\ndeploy x")).as("a second line is a word").isEqualTo("topic:list deploy x");
    assertThatThrownBy(() -> line("view", "topic:list 'a\nb'")).hasMessageContaining("control character");
    assertThat(line("view", "topic:list = deploy x")).as("no assignment").isEqualTo("topic:list \\= deploy x");
    assertThat(line("view", "topic:list \"\"")).isEqualTo("topic:list \"\"");
    assertThat(line("view", "  ")).isEmpty();
  }

  /** Gogo itself reads what the guard writes. */
  @Test
  void argumentsArriveAsTheyWereTyped() throws Exception {
    Commands commands = new Commands();
    CommandProcessorImpl gogo = new CommandProcessorImpl(null);
    gogo.addCommand("topic", commands, "list");
    gogo.addCommand("margay", commands, "deploy");
    try (CommandSession session = gogo.createSession(new ByteArrayInputStream(new byte[0]), OutputStream.nullOutputStream(),
        OutputStream.nullOutputStream())) {
      for (String word : List.of("=", "=x", "a=b", "%", "%x", "@a", "+1", "-", "--json", ".", ":", ",", "~", "~root", "*", "?", "#", "# x", "!", "!1", "^", "&", "&&",
          "||", "|&", ";", ">", ">>x", "<x", "$", "$x", "${x}", "$(deploy)", "`deploy`", "(", ")", "{", "}", "[a]", "[deploy]", "\\", "\"", "'", "a b", "é", "")) {
        commands.seen.clear();
        String typed = "topic:list '" + word.replace("'", "'\\''") + "' deploy x";
        session.execute(line("view", typed));
        assertThat(commands.seen).as(typed).containsExactly("list", word, "deploy", "x");
      }
    }
  }

  /** What Gogo calls. */
  public static final class Commands {
    private final List<String> seen = new ArrayList<>();

    public void list(String[] arguments) {
      seen.add("list");
      seen.addAll(List.of(arguments));
    }

    public void deploy(String[] arguments) {
      seen.add("deployed");
    }
  }

  @Test
  void quotesAreThoseOfAShell() throws Exception {
    assertThat(RoleGuard.words("a 'b c' \"d \\\" e\" f\\ g 'it'\\''s'")).containsExactly("a", "b c", "d \" e", "f g", "it's");
    assertThatThrownBy(() -> RoleGuard.words("a 'b")).hasMessageContaining("not closed");
  }

  @Test
  void theAdminTypesWhatGogoUnderstands() throws Exception {
    assertThat(RoleGuard.ADMIN.line("x = 5; $x")).isEqualTo("x = 5; $x");
  }
}
