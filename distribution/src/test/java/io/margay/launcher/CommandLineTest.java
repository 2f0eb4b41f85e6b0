package io.margay.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.launcher.CommandLine.Command;
import org.junit.jupiter.api.Test;

class CommandLineTest {
  @Test
  void runHasAConsoleUnlessToldNotTo() {
    assertThat(CommandLine.parse("run")).isEqualTo(new CommandLine(Command.RUN, true, ""));
    assertThat(CommandLine.parse("run", "--no-console")).isEqualTo(new CommandLine(Command.RUN, false, ""));
  }

  @Test
  void nothingMeansHelp() {
    assertThat(CommandLine.parse().command()).isEqualTo(Command.HELP);
    assertThat(CommandLine.parse("--help").command()).isEqualTo(Command.HELP);
  }

  @Test
  void shellTakesTheRestAsItIs() {
    assertThat(CommandLine.parse("shell", "topic:list", "--no-console").text()).isEqualTo("topic:list --no-console");
    assertThat(CommandLine.parse("shell", "topic:create 'a b'").text()).isEqualTo("topic:create 'a b'");
    assertThat(CommandLine.parse("shell").text()).as("a console").isEmpty();
    assertThat(CommandLine.parse("shell", "--help").command()).isEqualTo(Command.HELP);
  }

  @Test
  void wordsOfTheShellStayWords() {
    assertThat(CommandLine.parse("shell", "produce", "t", "two words", "it's", "\u00fc").text()).isEqualTo("produce t two\\ words it\\'s \u00fc");
    assertThat(CommandLine.parse("shell", "produce", "t", "a\"b$c\\").text()).isEqualTo("produce t a\\\"b\\$c\\\\");
    assertThat(CommandLine.parse("shell", "topic:create", "t", "-c", "margay.partitioner=geo:eu=0-1;us=2").text())
        .isEqualTo("topic:create t -c margay.partitioner=geo:eu=0-1\\;us=2");
    assertThat(CommandLine.parse("shell", "topic:list", "|", "tac").text()).isEqualTo("topic:list | tac");
  }

  @Test
  void certsTakesADirectoryAndHosts() {
    assertThat(CommandLine.parse("certs", "dev")).isEqualTo(new CommandLine(Command.CERTS, true, "certs"));
    assertThat(CommandLine.parse("certs", "dev", "my dir", "host.example.org", "::1").text()).isEqualTo("my dir\nhost.example.org\n::1");
    for (String wrong : new String[] {"", "prod", "dev -x", "dev d host,ca:true", "dev d -ext"}) {
      assertThatThrownBy(() -> CommandLine.parse(("certs " + wrong).strip().split(" "))).hasMessageContaining("certs needs dev");
    }
  }

  @Test
  void clusterTakesItsOwnCommands() {
    assertThat(CommandLine.parse("cluster", "up")).isEqualTo(new CommandLine(Command.CLUSTER, true, "up"));
    assertThat(CommandLine.parse("cluster", "up", "5").text()).isEqualTo("up 5");
    assertThat(CommandLine.parse("cluster", "kill", "2").text()).isEqualTo("kill 2");
    for (String wrong : new String[] {"", "up 0", "up 3 4", "kill", "down now", "fly"}) {
      assertThatThrownBy(() -> CommandLine.parse(("cluster " + wrong).strip().split(" "))).hasMessageContaining("cluster needs up [N]");
    }
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThatThrownBy(() -> CommandLine.parse("fly")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("fly");
    assertThatThrownBy(() -> CommandLine.parse("stop", "--now")).hasMessageContaining("stop does not know --now");
  }

  @Test
  void theUsageNamesEveryCommand() {
    for (Command command : Command.values()) {
      assertThat(CommandLine.USAGE).containsPattern("(?m)^  (config:)?" + command.name().toLowerCase() + " ");
    }
  }
}
