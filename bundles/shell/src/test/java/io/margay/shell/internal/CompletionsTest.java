package io.margay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.BrokerId;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a console with completion is taught, and what it is answered. */
class CompletionsTest {
  private final FakeBroker broker = new FakeBroker().topic("orders", 1).topic("payments", 1);
  private final Gosh gosh = new Gosh(broker);
  private final List<List<Object>> learnt = new ArrayList<>();
  private final Completions completions;

  CompletionsTest() {
    Requests requests = new Requests(broker, broker::image, new BrokerId(1), gosh.remote);
    Strategies strategies = new Strategies();
    Map<String, CommandFunction> commands = ShellCommands.functions(requests, gosh.settings, new FakePlatform(), strategies,
        gosh.dispatch);
    completions = new Completions(commands, gosh.platform::otherCommands, gosh.dispatch,
        ShellCommands.names(requests, gosh.settings, strategies, commands, gosh.platform));
    gosh.processor.addListener(completions);
    gosh.processor.addCommand("margay", completions, Completions.FUNCTION);
    gosh.processor.addCommand("gogo", (Function) (session, arguments) -> learnt.add(List.copyOf(arguments)), "complete");
  }

  @AfterEach
  void close() {
    gosh.close();
  }

  @Test
  void aConsoleThatCompletesIsTaughtOnce() throws Exception {
    try (CommandSession session = session()) {
      session.execute("echo plain");
      assertThat(learnt).isEmpty();
      session.put(".completions", new HashMap<>());
      session.execute("echo console");
      int size = learnt.size();
      session.execute("echo again");
      assertThat(learnt).hasSize(size);
    }
    assertThat(learnt.toString()).contains("[-c, topic:list, -d, List the topics.]")
        .contains("[-c, topic:create, -s, p, -l, partitions, --description, How many partitions (default: num.partitions).]")
        .contains("[-c, margay:deploy, -d, Replace bundles.], [-c, margay:deploy, -l, dry-run], [-c, margay:deploy, -a, __files]")
        .contains("[-c, offset:reset, -a, margay:candidates offset:reset ($.commandLine wordIndex) ($.commandLine words)]");
  }

  @Test
  void argumentsAreNamesThatThereAre() throws Exception {
    try (CommandSession session = session()) {
      assertThat(session.execute("margay:candidates topic:delete 3").toString()).isEqualTo("[orders, payments]");
      assertThat(session.execute("margay:candidates config:set 1").toString()).isEqualTo("[broker, group, topic]");
      assertThat(session.execute("margay:candidates config:explain 1").toString()).contains("num.partitions");
      assertThat(session.execute("margay:candidates config:set 3 [config:set topic orders '']").toString()).contains("flush.ms=")
          .doesNotContain("log.retention.ms");
      assertThat(session.execute("margay:candidates topic:create 3 [topic:create x -c '']").toString()).contains("flush.ms=");
      assertThat(session.execute("margay:candidates topic:list 1").toString()).isEqualTo("[]");
      assertThat(session.execute("margay:candidates config:get 0").toString()).isEqualTo("[--help, --json, -h]");
      assertThat(session.execute("margay:candidates leader:elect 1").toString()).isEqualTo("[orders:0, payments:0]");
      assertThat(session.execute("margay:candidates reassign:cancel 1").toString()).isEqualTo("[]");
      // nobody serves ListGroups
      assertThat(session.execute("margay:candidates group:describe 1").toString()).isEqualTo("[]");
    }
  }

  @Test
  void commandsOfOtherBundlesAreCompleted(@TempDir Path directory) throws Exception {
    Files.createDirectory(directory.resolve("build"));
    Files.createFile(directory.resolve("bundle.jar"));
    Files.createFile(directory.resolve("bundle.txt"));
    Files.createFile(directory.resolve("other.jar"));
    try (CommandSession session = session()) {
      assertThat(session.execute("margay:candidates margay:deploy 0").toString()).isEqualTo("[--dry-run]");
      assertThat(session.execute("margay:candidates margay:deploy 2 [deploy --dry-run '" + directory + "/bu']").toString())
          .isEqualTo("[" + directory + "/build/, " + directory + "/bundle.jar]");
      session.put(ShellUsers.ROLE, "operate");
      assertThat(session.execute("margay:candidates margay:deploy 2 [deploy --dry-run '" + directory + "/bu']").toString())
          .as("names of files are for who may deploy").isEqualTo("[]");
      assertThat(session.execute("margay:candidates margay:deploy 1").toString()).isEqualTo("[]");
      assertThat(session.execute("margay:candidates deploy:undo 1").toString()).isEqualTo("[]");
      assertThat(session.execute("margay:candidates margay:help 1").toString()).contains("deploy, deploy:undo");
    }
  }

  @Test
  void valuesOfOptionsAreNamesThatThereAre() throws Exception {
    broker.brokers(1, 2, 3);
    try (CommandSession session = session()) {
      assertThat(session.execute("margay:candidates partition:list 2 [partition:list --broker '']").toString()).isEqualTo("[1, 2, 3]");
      assertThat(session.execute("margay:candidates reassign:plan 2 [reassign:plan --remove '2,']").toString())
          .isEqualTo("[2,1, 2,3]");
      assertThat(session.execute("margay:candidates reassign:plan 1 [reassign:plan '']").toString()).isEqualTo("[orders, payments]");
      assertThat(session.execute("margay:candidates config:list 2 [config:list broker '']").toString()).isEqualTo("[1, 2, 3]");
      assertThat(session.execute("margay:candidates config:list 2 [config:list topic '']").toString()).isEqualTo("[orders, payments]");
    }
  }

  private CommandSession session() {
    return gosh.processor.createSession(InputStream.nullInputStream(), OutputStream.nullOutputStream(),
        OutputStream.nullOutputStream());
  }
}
