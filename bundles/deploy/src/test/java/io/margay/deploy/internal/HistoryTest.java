package io.margay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
  @TempDir
  Path directory;
  private History history;

  @BeforeEach
  void open() {
    history = new History(directory.resolve("deploy"));
  }

  private static Entry entry(long id, String outcome, long undoes) {
    return new Entry(id, "2026-01-02T03:04:05Z", "ann", List.of(new Entry.Replaced("a", "1.0.0", "1.1.0", "kept-a.jar"),
        new Entry.Replaced("b", "", "2.0.0", "")), undoes, new Entry.Result(42, 7, outcome, "a \"reason\"\nof two lines"));
  }

  @Test
  void whatWasWrittenIsRead() throws Exception {
    assertThat(history.entries()).isEmpty();
    assertThat(history.nextId()).isEqualTo(1);
    history.begin(entry(1, Entry.RUNNING, 0));
    history.end(entry(1, Entry.DEPLOYED, 0));
    history.begin(entry(2, Entry.RUNNING, 1));
    history.end(entry(2, Entry.ROLLED_BACK, 1));
    assertThat(history.entries()).containsExactly(entry(1, Entry.DEPLOYED, 0), entry(2, Entry.ROLLED_BACK, 1));
    assertThat(history.nextId()).isEqualTo(3);
    assertThat(Files.readAllLines(directory.resolve("deploy").resolve(History.FILE))).hasSize(2);
    assertThat(entry(1, Entry.DEPLOYED, 0).what()).isEqualTo("a 1.0.0 -> 1.1.0, b 2.0.0 (new)");
  }

  @Test
  void theDeploymentThatDidNotEndIsKnown() throws Exception {
    history.begin(entry(1, Entry.RUNNING, 0));
    assertThat(new History(directory.resolve("deploy")).interrupted()).contains(entry(1, Entry.RUNNING, 0));
    history.end(entry(1, Entry.ROLLED_BACK, 0));
    assertThat(history.interrupted()).isEmpty();
  }

  @Test
  void undoGoesBackOneByOne() throws Exception {
    assertThat(history.toUndo()).isEmpty();
    history.end(entry(1, Entry.DEPLOYED, 0));
    history.end(entry(2, Entry.DEPLOYED, 0));
    history.end(entry(3, Entry.ROLLED_BACK, 0));
    assertThat(history.toUndo().orElseThrow().id()).isEqualTo(2);
    history.end(entry(4, Entry.ROLLED_BACK, 2));
    assertThat(history.toUndo().orElseThrow().id()).isEqualTo(2);
    history.end(entry(5, Entry.DEPLOYED, 2));
    assertThat(history.toUndo().orElseThrow().id()).isEqualTo(1);
    history.end(entry(6, Entry.DEPLOYED, 1));
    assertThat(history.toUndo()).isEmpty();
  }

  @Test
  void aLineThatCannotBeReadIsLeftOut() throws Exception {
    history.end(entry(1, Entry.DEPLOYED, 0));
    Files.writeString(directory.resolve("deploy").resolve(History.FILE), "{\"id\" : 2\n\0\0\n{}\n", StandardOpenOption.APPEND);
    assertThat(history.entries()).containsExactly(entry(1, Entry.DEPLOYED, 0));
  }

  @Test
  void theOldestAreForgotten() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 1; i <= History.ENTRIES_MAX; i++) {
      lines.append(Json.write(entry(i, Entry.DEPLOYED, 0).toMap())).append('\n');
    }
    Files.createDirectories(directory.resolve("deploy"));
    Files.writeString(directory.resolve("deploy").resolve(History.FILE), lines);
    history.end(entry(History.ENTRIES_MAX + 1, Entry.DEPLOYED, 0));
    assertThat(history.entries()).hasSize(History.ENTRIES_MAX);
    assertThat(history.entries().get(0).id()).isEqualTo(2);
  }
}
