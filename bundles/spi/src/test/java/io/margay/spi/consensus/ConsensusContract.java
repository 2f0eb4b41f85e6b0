package io.margay.spi.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every metadata log promises, on a node that leads. An implementation adds a subclass that opens and closes one. */
@Timeout(60)
public abstract class ConsensusContract {
  /** Where the log under test keeps its files. */
  @TempDir
  protected Path directory;

  private MetadataLog log;

  /**
   * Opens a log; called again after {@link #close} it finds what was there.
   *
   * @param directory where its files are
   * @return a log that leads, or soon will
   */
  protected abstract MetadataLog open(Path directory) throws Exception;

  /**
   * Closes a log.
   *
   * @param log the log that {@link #open} gave
   */
  protected abstract void close(MetadataLog log) throws Exception;

  /** A state machine that keeps the commands it was given, and answers with the number of them. */
  public static class Recorder implements StateMachine {
    /** The commands as text. */
    public final List<String> commands = new ArrayList<>();
    private final List<Long> indexes = new ArrayList<>();
    private final List<Long> times = new ArrayList<>();
    private boolean leader;
    private int replayedAtLeader = -1;

    @Override
    public byte[] apply(long index, long timestampMs, byte[] command) {
      String text = new String(command, StandardCharsets.UTF_8);
      if (text.startsWith("bug")) {
        throw new IllegalArgumentException(text);
      }
      commands.add(text);
      indexes.add(index);
      times.add(timestampMs);
      return text.startsWith("empty") ? new byte[0] : bytes(Integer.toString(commands.size()));
    }

    @Override
    public byte[] snapshot() {
      return String.join("\n", commands).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void restore(long index, byte[] snapshot) {
      commands.clear();
      commands.addAll(List.of(new String(snapshot, StandardCharsets.UTF_8).split("\n")));
    }

    @Override
    public void onLeader(int leaderId, boolean self) {
      leader = self;
      replayedAtLeader = commands.size();
    }
  }

  @BeforeEach
  void openLog() throws Exception {
    log = open(directory);
  }

  @AfterEach
  void closeLog() throws Exception {
    if (log != null) {
      close(log);
    }
  }

  /** Closes the log and opens it again, as a node that starts again does. */
  protected final void reopen() throws Exception {
    close(log);
    log = null;
    log = open(directory);
  }

  /** @return the log under test */
  protected final MetadataLog log() {
    return log;
  }

  /** Proposes a command and waits for its result. */
  protected final String propose(String command) throws Exception {
    return await(log.propose(bytes(command)));
  }

  /** Waits for a result, and gives it as text. */
  protected static String await(CompletionStage<byte[]> stage) throws Exception {
    return text(stage.toCompletableFuture().get(30, TimeUnit.SECONDS));
  }

  /** The text of a result. */
  protected static String text(byte[] result) {
    return new String(result, StandardCharsets.UTF_8);
  }

  /** The bytes of a command. */
  protected static byte[] bytes(String command) {
    return command.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void proposerGetsTheResultOfItsCommand() throws Exception {
    Recorder machine = new Recorder();
    log.attach(machine);
    assertThat(propose("a")).isEqualTo("1");
    assertThat(propose("b")).isEqualTo("2");
    assertThat(propose("empty")).isEmpty();
    assertThat(machine.commands).containsExactly("a", "b", "empty");
  }

  @Test
  void leaderIsToldAfterTheReplay() throws Exception {
    Recorder machine = new Recorder();
    log.attach(machine);
    propose("a");
    assertThat(machine.leader).isTrue();
    assertThat(log.isLeader()).isTrue();
    reopen();
    Recorder second = new Recorder();
    log.attach(second);
    propose("b");
    assertThat(second.replayedAtLeader).isEqualTo(1);
  }

  @Test
  void indexesRiseAndTimesDoNotFall() throws Exception {
    Recorder machine = new Recorder();
    log.attach(machine);
    for (int i = 0; i < 50; i++) {
      propose("c" + i);
    }
    assertThat(machine.indexes).isSorted().doesNotHaveDuplicates();
    assertThat(machine.times).isSorted();
  }

  @Test
  void commandsOfManyThreadsHaveOneOrder() throws Exception {
    Recorder machine = new Recorder();
    log.attach(machine);
    propose("first"); // what is proposed before the node leads may change places
    machine.commands.clear();
    List<CompletableFuture<byte[]>> results = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      String name = "t" + t + "-";
      threads.add(new Thread(() -> {
        for (int i = 0; i < 100; i++) {
          CompletableFuture<byte[]> result = log.propose(bytes(name + i)).toCompletableFuture();
          synchronized (results) {
            results.add(result);
          }
        }
      }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
    assertThat(results.stream().map(r -> text(r.join()))).doesNotHaveDuplicates();
    assertThat(machine.commands).hasSize(400);
    for (int t = 0; t < 4; t++) {
      String name = "t" + t + "-";
      assertThat(machine.commands.stream().filter(c -> c.startsWith(name)).map(c -> Integer.valueOf(c.substring(3)))).isSorted();
    }
  }

  @Test
  void committedCommandsSurviveAndAreReplayedInOrder() throws Exception {
    log.attach(new Recorder());
    for (int i = 0; i < 30; i++) {
      propose("c" + i);
    }
    reopen();
    Recorder again = new Recorder();
    log.attach(again);
    assertThat(propose("last")).isEqualTo("31");
    assertThat(again.commands.get(29)).isEqualTo("c29");
  }

  @Test
  void anotherMachineTakesOverInPlace() throws Exception {
    Recorder first = new Recorder();
    log.attach(first);
    propose("a");
    log.detach(first);
    assertThatThrownBy(() -> propose("refused")).hasCauseInstanceOf(MetadataLog.NotLeaderException.class);
    Recorder second = new Recorder();
    log.attach(second);
    propose("b");
    assertThat(second.commands).containsExactly("a", "b");
    assertThat(first.commands).containsExactly("a");
  }

  @Test
  void onlyOneMachineIsAttached() {
    log.attach(new Recorder());
    assertThatThrownBy(() -> log.attach(new Recorder())).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void machineThatThrowsFailsThatProposalAndNoOther() throws Exception {
    Recorder machine = new Recorder();
    log.attach(machine);
    propose("a");
    assertThatThrownBy(() -> propose("bug")).hasCauseInstanceOf(RuntimeException.class).hasMessageContaining("bug");
    assertThat(propose("b")).isEqualTo("2");
    reopen();
    Recorder again = new Recorder();
    log.attach(again);
    propose("c");
    assertThat(again.commands).containsExactly("a", "b", "c");
  }

  @Test
  void resultIsGivenAfterApplyAndACallbackMayPropose() throws Exception {
    Recorder machine = new Recorder();
    log.attach(machine);
    CompletionStage<byte[]> second = log.propose(bytes("a")).thenCompose(r -> log.propose(bytes("b after " + text(r))));
    assertThat(await(second)).isEqualTo("2");
    assertThat(machine.commands).containsExactly("a", "b after 1");
  }

  @Test
  void largeAndEmptyCommandsKeepTheirBytes() throws Exception {
    List<byte[]> seen = new ArrayList<>();
    StateMachine machine = new Recorder() {
      @Override
      public byte[] apply(long index, long timestampMs, byte[] command) {
        seen.add(command.clone());
        return bytes(Integer.toString(command.length));
      }
    };
    log.attach(machine);
    byte[] large = ByteBuffer.allocate(2_000_000).putInt(77, 42).array();
    assertThat(await(log.propose(large))).isEqualTo("2000000");
    assertThat(await(log.propose(new byte[0]))).isEqualTo("0");
    assertThat(seen.get(0)).isEqualTo(large);
  }

  @Test
  void clusterIdLasts() throws Exception {
    String id = log.clusterId();
    assertThat(id).hasSize(22);
    reopen();
    assertThat(log.clusterId()).isEqualTo(id);
  }

  @Test
  void noProposalStaysOpenWhenTheLogCloses() throws Exception {
    log.attach(new Recorder());
    List<CompletableFuture<byte[]>> open = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      open.add(log.propose(bytes("c" + i)).toCompletableFuture());
    }
    close(log);
    log = null;
    int done = 0;
    for (CompletableFuture<byte[]> f : open) {
      try {
        f.get(30, TimeUnit.SECONDS);
        done++;
      } catch (java.util.concurrent.ExecutionException | CompletionException e) {
        assertThat(e.getCause()).isInstanceOf(MetadataLog.NotLeaderException.class);
      }
    }
    log = open(directory);
    Recorder again = new Recorder();
    log.attach(again);
    propose("last");
    assertThat(again.commands.size()).isGreaterThan(done);
  }
}
