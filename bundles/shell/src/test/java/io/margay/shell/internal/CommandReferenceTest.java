package io.margay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The list in docs/commands.md is the commands' own words; {@code -Dcommands.write=true} renews it. */
class CommandReferenceTest {
  private static final Path REFERENCE = Path.of("../../docs/commands.md");
  private static final String BEGIN = "<!-- begin of the list -->\n";
  private static final String END = "<!-- end of the list -->";

  @Test
  void allCommandsAreInTheReference() throws IOException {
    String text = Files.readString(REFERENCE);
    int begin = text.indexOf(BEGIN) + BEGIN.length();
    int end = text.indexOf(END);
    if (Boolean.getBoolean("commands.write")) {
      Files.writeString(REFERENCE, text.substring(0, begin) + list() + text.substring(end));
      return;
    }
    assertThat(text.substring(begin, end)).as("renew it with -Dtest=CommandReferenceTest -Dcommands.write=true").isEqualTo(list());
  }

  private static String list() {
    FakeBroker broker = new FakeBroker();
    try (Gosh gosh = new Gosh(broker)) {
      Map<String, CommandFunction> commands = ShellCommands.functions(new Requests(broker, broker::image,
          gosh.settings.nodeId(), gosh.remote), gosh.settings, new FakePlatform(), gosh.strategies, gosh.dispatch);
      StringBuilder list = new StringBuilder("| command | role | what it does |\n|---|---|---|\n");
      commands.values().stream().sorted(Comparator.comparing(CommandFunction::fullName)).forEach(c -> list.append("| `").append(c.fullName()).append("` | ")
          .append(c.needed().word()).append(" | ").append(c.summary()).append(" |\n"));
      return list.toString();
    }
  }
}
