package io.margay.consensus.local.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.model.Clock;
import io.margay.spi.consensus.ClusterIdentity;
import io.margay.spi.consensus.ConsensusContract;
import io.margay.spi.consensus.MetadataLog;
import io.margay.spi.consensus.StateMachine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** The contract, and what is particular to this log: torn ends, snapshots, bounds. */
class LocalMetadataLogTest extends ConsensusContract {
  private static final ClusterIdentity IDENTITY = new ClusterIdentity("AAAAAAAAAAAAAAAAAAAAAA", 3);
  private final List<String> faults = new CopyOnWriteArrayList<>();
  private volatile boolean diskFails;
  private LocalMetadataLog.Limits limits = LocalMetadataLog.Limits.DEFAULT;

  @Override
  protected MetadataLog open(Path directory) throws IOException {
    return LocalMetadataLog.open(directory, IDENTITY, limits, Clock.SYSTEM, (what, cause) -> faults.add(what), channel -> {
      if (diskFails) {
        throw new IOException("No space left on device");
      }
      channel.force(false);
    });
  }

  @Override
  protected void close(MetadataLog log) throws IOException {
    ((LocalMetadataLog) log).close();
  }

  private Path newestSegment() throws IOException {
    List<Path> segments = NumberedFiles.list(directory, JournalSegment::isSegment);
    return segments.get(segments.size() - 1);
  }

  private List<String> replayed() throws Exception {
    Recorder machine = new Recorder();
    log().attach(machine);
    List<String> commands = List.copyOf(machine.commands);
    log().detach(machine);
    return commands;
  }

  @Test
  void everyTornEndIsCutAndTheRestServed() throws Exception {
    log().attach(new Recorder());
    for (int i = 0; i < 4; i++) {
      propose("command-" + i);
    }
    close(log());
    byte[] whole = Files.readAllBytes(newestSegment());
    int entry = JournalSegment.ENTRY_OVERHEAD_BYTES + "command-0".length();
    assertThat(whole).hasSize(JournalSegment.HEADER_BYTES + 4 * entry);
    for (int size = 0; size < whole.length; size++) {
      Files.write(newestSegment(), java.util.Arrays.copyOf(whole, size));
      reopen();
      int complete = Math.max(0, size - JournalSegment.HEADER_BYTES) / entry;
      assertThat(replayed()).as("cut at %d", size).hasSize(complete);
      Recorder machine = new Recorder();
      log().attach(machine);
      assertThat(propose("more")).isEqualTo(Integer.toString(complete + 1));
      Files.write(newestSegment(), whole);
    }
  }

  @Test
  void garbageAtTheEndIsCut() throws Exception {
    log().attach(new Recorder());
    propose("a");
    propose("b");
    close(log());
    byte[] garbage = new byte[300];
    new Random(7).nextBytes(garbage);
    Files.write(newestSegment(), garbage, StandardOpenOption.APPEND);
    reopen();
    assertThat(replayed()).containsExactly("a", "b");
    log().attach(new Recorder());
    propose("c");
    reopen();
    assertThat(replayed()).containsExactly("a", "b", "c");
  }

  @Test
  void snapshotsReplaceTheJournalAndTwoAreKept() throws Exception {
    limits = new LocalMetadataLog.Limits(100, 1 << 20, 1 << 20, 10);
    reopen();
    log().attach(new Recorder());
    for (int i = 0; i < 55; i++) {
      propose("c" + i);
    }
    reopen();
    assertThat(files(".snapshot")).hasSize(2);
    assertThat(files(".journal")).hasSizeLessThanOrEqualTo(2);
    assertThat(JournalSegment.firstIndex(NumberedFiles.list(directory, JournalSegment::isSegment).get(0))).isEqualTo(40);
    assertThat(replayed()).hasSize(55).last().isEqualTo("c54");
  }

  @Test
  void damagedNewestSnapshotFallsBackToTheOneBefore() throws Exception {
    limits = new LocalMetadataLog.Limits(100, 1 << 20, 1 << 20, 10);
    reopen();
    log().attach(new Recorder());
    for (int i = 0; i < 25; i++) {
      propose("c" + i);
    }
    close(log());
    List<Path> snapshots = files(".snapshot");
    try (FileChannel channel = FileChannel.open(snapshots.get(snapshots.size() - 1), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 40);
    }
    reopen();
    assertThat(replayed()).hasSize(25).last().isEqualTo("c24");
  }

  @Test
  void damageBeforeTheEndRefusesToOpen() throws Exception {
    limits = new LocalMetadataLog.Limits(100, 1 << 20, 1 << 20, 10);
    reopen();
    log().attach(new Recorder());
    for (int i = 0; i < 15; i++) {
      propose("c" + i);
    }
    close(log());
    Path first = files(".journal").get(0);
    byte[] bytes = Files.readAllBytes(first);
    bytes[60] ^= 1;
    Files.write(first, bytes);
    assertThatThrownBy(() -> open(directory)).isInstanceOf(IOException.class).hasMessageContaining("damaged");
    bytes[60] ^= 1;
    Files.write(first, bytes);
    reopen();
  }

  @Test
  void fullQueueRefuses() throws Exception {
    limits = new LocalMetadataLog.Limits(2, 1 << 20, 1 << 20, 1000);
    reopen();
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    log().attach(new Recorder() {
      @Override
      public byte[] apply(long index, long timestampMs, byte[] command) {
        entered.countDown();
        try {
          go.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        return super.apply(index, timestampMs, command);
      }
    });
    CompletableFuture<byte[]> first = log().propose(bytes("a")).toCompletableFuture();
    entered.await();
    CompletableFuture<byte[]> second = log().propose(bytes("b")).toCompletableFuture();
    CompletableFuture<byte[]> third = log().propose(bytes("c")).toCompletableFuture();
    CompletableFuture<byte[]> fourth = log().propose(bytes("d")).toCompletableFuture();
    assertThatThrownBy(fourth::get).hasCauseInstanceOf(RejectedExecutionException.class);
    go.countDown();
    assertThat(List.of(text(first.get()), text(second.get()), text(third.get()))).containsExactly("1", "2", "3");
  }

  @Test
  void commandsThatWaitTogetherBecomeDurableTogether() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    log().attach(new Recorder() {
      @Override
      public byte[] apply(long index, long timestampMs, byte[] command) {
        try {
          go.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        return bytes(Long.toString(timestampMs));
      }
    });
    List<CompletableFuture<byte[]>> results = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      results.add(log().propose(bytes("c" + i)).toCompletableFuture());
    }
    go.countDown();
    CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).join();
    // One time stands for one group: the first command alone, perhaps a few, and all that waited meanwhile.
    assertThat(results.stream().map(r -> text(r.join())).distinct().count()).isLessThan(20);
  }

  @Test
  void queueIsBoundedInBytes() throws Exception {
    limits = new LocalMetadataLog.Limits(100, 10_000, 1 << 20, 1000);
    reopen();
    assertThatThrownBy(() -> await(log().propose(new byte[10_000]))).hasCauseInstanceOf(MetadataLog.CommandTooLargeException.class)
        .hasMessageContaining("margay.metadata.queue.bytes");
    CountDownLatch go = new CountDownLatch(1);
    log().attach(new Recorder() {
      @Override
      public byte[] apply(long index, long timestampMs, byte[] command) {
        await(go);
        return super.apply(index, timestampMs, command);
      }
    });
    List<CompletableFuture<byte[]>> taken = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      taken.add(log().propose(new byte[3000]).toCompletableFuture());
    }
    // What is being written counts, too, so it does not matter how many of them the thread has taken.
    assertThatThrownBy(() -> await(log().propose(new byte[3000]))).hasCauseInstanceOf(RejectedExecutionException.class);
    go.countDown();
    CompletableFuture.allOf(taken.toArray(CompletableFuture[]::new)).join();
    assertThat(propose("after")).isEqualTo("4");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void failedWriteIsTakenBackAndTheLogReturnsWithTheDisk() throws Exception {
    List<Integer> leaders = new CopyOnWriteArrayList<>();
    log().attach(new Recorder() {
      @Override
      public void onLeader(int leaderId, boolean self) {
        leaders.add(leaderId);
      }
    });
    propose("a");
    diskFails = true;
    assertThatThrownBy(() -> propose("lost")).hasCauseInstanceOf(IOException.class);
    assertThatThrownBy(() -> propose("lost, too")).hasCauseInstanceOf(IOException.class);
    diskFails = false;
    assertThat(propose("b")).isEqualTo("2");
    assertThat(log().isLeader()).isTrue();
    assertThat(leaders).startsWith(3, -1).endsWith(3);
    assertThat(faults.get(0)).contains("until the disk works again");
    reopen();
    assertThat(replayed()).containsExactly("a", "b");
  }

  @Test
  void errorOfTheMachineEndsLeadershipAndEveryProposalIsAnswered() throws Exception {
    List<Integer> leaders = new CopyOnWriteArrayList<>();
    Recorder machine = new Recorder() {
      @Override
      public byte[] apply(long index, long timestampMs, byte[] command) {
        if (command.length == 0) {
          throw new StackOverflowError("deep");
        }
        return super.apply(index, timestampMs, command);
      }

      @Override
      public void onLeader(int leaderId, boolean self) {
        leaders.add(leaderId);
      }
    };
    log().attach(machine);
    propose("a");
    assertThatThrownBy(() -> propose("")).hasRootCauseInstanceOf(StackOverflowError.class);
    assertThatThrownBy(() -> propose("b")).hasCauseInstanceOf(IOException.class).hasMessageContaining("failed before");
    assertThat(log().isLeader()).isFalse();
    assertThat(log().leaderId()).isEqualTo(-1);
    assertThat(leaders).containsExactly(3, -1);
    assertThat(faults).singleElement().asString().contains("until the next start");
  }

  @Test
  void failingSnapshotIsReportedAndTheJournalGoesOn() throws Exception {
    limits = new LocalMetadataLog.Limits(100, 1 << 20, 1 << 20, 2);
    reopen();
    log().attach(new Recorder() {
      @Override
      public byte[] snapshot() {
        throw new IllegalStateException("bug");
      }
    });
    for (int i = 0; i < 5; i++) {
      propose("c" + i);
    }
    assertThat(faults).isNotEmpty().allMatch(f -> f.contains("snapshot"));
    reopen();
    assertThat(replayed()).hasSize(5);
  }

  @Test
  void commandOfNewerSoftwareStopsTheLogNowAndAtEachStart() throws Exception {
    Recorder old = new Recorder() {
      @Override
      public byte[] apply(long index, long timestampMs, byte[] command) {
        if (command[0] == 'n') {
          throw new UnsupportedCommandException("type n");
        }
        return super.apply(index, timestampMs, command);
      }
    };
    log().attach(old);
    propose("a");
    assertThatThrownBy(() -> propose("new")).hasCauseInstanceOf(StateMachine.UnsupportedCommandException.class);
    assertThat(log().isLeader()).isFalse();
    reopen();
    assertThatThrownBy(() -> log().attach(old)).isInstanceOf(IllegalStateException.class).hasMessageContaining("type n");
    assertThat(faults).last().asString().contains("could not be read");
  }

  private List<Path> files(String suffix) throws IOException {
    return NumberedFiles.list(directory, f -> f.toString().endsWith(suffix));
  }
}
