package io.margay.karaf.completion.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.apache.felix.service.command.Function;
import org.apache.karaf.shell.api.console.Candidate;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Session;
import org.junit.jupiter.api.Test;

class CompletedCommandTest {
  private final List<List<Object>> asked = new ArrayList<>();
  private final Function candidates = (session, arguments) -> {
    asked.add(arguments);
    return arguments.get(1).equals(0) ? List.of("--json") : List.of("orders", "payments");
  };
  private final CompletedCommand command =
      new CompletedCommand("topic:describe", "Describe a topic.", (session, arguments) -> arguments.size(), candidates);

  /** A line whose last word is being typed. */
  private record Typed(String... words) implements CommandLine {
    @Override
    public int getCursorArgumentIndex() {
      return words.length - 1;
    }

    @Override
    public String getCursorArgument() {
      return words[words.length - 1];
    }

    @Override
    public int getArgumentPosition() {
      return getCursorArgument().length();
    }

    @Override
    public String[] getArguments() {
      return words;
    }

    @Override
    public int getBufferPosition() {
      return getBuffer().length();
    }

    @Override
    public String getBuffer() {
      return String.join(" ", words);
    }
  }

  private List<String> complete(String... words) {
    List<String> found = new ArrayList<>();
    command.getCompleter(true).complete(null, new Typed(words), found);
    return found.stream().map(String::trim).toList();
  }

  @Test
  void completesItsName() {
    assertThat(complete("topic:des")).containsExactly("topic:describe");
    assertThat(complete("group:des")).isEmpty();
  }

  @Test
  void completesItsArgumentsByTheFunction() {
    assertThat(complete("topic:describe", "o")).containsExactly("orders");
    assertThat(complete("describe", "")).containsExactly("orders", "payments");
    assertThat(complete("topic:describe", "--")).containsExactly("--json");
    assertThat(asked).containsExactly(List.of("topic:describe", 1, List.of("topic:describe", "o")),
        List.of("topic:describe", 1, List.of("describe", "")), List.of("topic:describe", 0, List.of("topic:describe", "--")));
  }

  @Test
  void theFunctionSeesWhoHasLoggedIn() throws Exception {
    Session karaf = (Session) Proxy.newProxyInstance(Session.class.getClassLoader(), new Class<?>[] {Session.class},
        (proxy, method, arguments) -> method.getName().equals("get") && arguments[0].equals("USER") ? "anna" : null);
    CompletedCommand who = new CompletedCommand("deploy:undo", "Undo.", (session, arguments) -> session.get("USER"), candidates);
    assertThat(who.execute(karaf, List.of())).isEqualTo("anna");
  }

  @Test
  void leavesOtherCommandsAlone() {
    assertThat(complete("topic:delete", "o")).isEmpty();
    assertThat(asked).isEmpty();
  }

  @Test
  void whatFailsCompletesNothing() throws Exception {
    CompletedCommand failing = new CompletedCommand("topic:describe", "", (session, arguments) -> null, (session, arguments) -> {
      throw new IllegalStateException("on purpose");
    });
    List<String> found = new ArrayList<>();
    failing.getCompleter(true).complete(null, new Typed("topic:describe", ""), found);
    assertThat(found).isEmpty();
    assertThat(command.execute(null, List.of("a", "b"))).isEqualTo(2);
    assertThat(List.of(command.getScope(), command.getName(), command.getDescription()))
        .containsExactly("topic", "describe", "Describe a topic.");
  }

  @Test
  void behindADirectoryOrTheNameOfASettingMoreIsTyped() {
    CompletedCommand deploy = new CompletedCommand("margay:deploy", "", (session, arguments) -> null,
        (session, arguments) -> List.of("/tmp/build/", "/tmp/groups.jar", "/tmp/x="));
    List<Candidate> found = new ArrayList<>();
    deploy.getCompleter(true).completeCandidates(null, new Typed("margay:deploy", "/tmp/"), found);
    assertThat(found).extracting(Candidate::value, Candidate::complete).containsExactlyInAnyOrder(tuple("/tmp/build/", false),
        tuple("/tmp/groups.jar", true), tuple("/tmp/x=", false));
  }
}
