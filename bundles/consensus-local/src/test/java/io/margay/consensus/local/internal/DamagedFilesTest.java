package io.margay.consensus.local.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.model.Clock;
import io.margay.spi.consensus.ClusterIdentity;
import io.margay.spi.consensus.ConsensusContract.Recorder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every file of this bundle, missing, empty, cut, filled with zeros or with a flipped bit: what the next start does. */
class DamagedFilesTest {
  private static final int COMMANDS = 25;
  private static final LocalMetadataLog.Limits LIMITS = new LocalMetadataLog.Limits(100, 1 << 20, 1 << 20, 10);

  @TempDir
  private Path directory;
  private List<Path> journals;
  private List<Path> snapshots;

  @BeforeEach
  void fill() throws Exception {
    LocalMetadataLog log = open();
    log.attach(new Recorder());
    for (int i = 0; i < COMMANDS; i++) {
      log.propose(("c" + i).getBytes(StandardCharsets.UTF_8)).toCompletableFuture().get();
    }
    log.close();
    journals = NumberedFiles.list(directory, JournalSegment::isSegment);
    snapshots = NumberedFiles.list(directory, f -> f.toString().endsWith(".snapshot"));
    assertThat(journals).hasSize(2);
    assertThat(snapshots).hasSize(2);
  }

  private LocalMetadataLog open() throws IOException {
    ClusterIdentity identity = ClusterIdentity.loadOrCreate(directory, 1, null);
    return LocalMetadataLog.open(directory, identity, LIMITS, Clock.SYSTEM, (what, cause) -> { });
  }

  /** How many commands a start finds, and whether the log takes more. */
  private int replayed() throws Exception {
    Recorder machine = new Recorder();
    LocalMetadataLog log = open();
    log.attach(machine);
    int found = machine.commands.size();
    assertThat(new String(log.propose("more".getBytes(StandardCharsets.UTF_8)).toCompletableFuture().get(), StandardCharsets.UTF_8))
        .isEqualTo(Integer.toString(found + 1));
    log.close();
    return found;
  }

  private void assertRefused(String... words) {
    assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContainingAll(words);
  }

  private Path newestJournal() {
    return journals.get(1);
  }

  private static void flip(Path file, int position) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[position] ^= 1;
    Files.write(file, bytes);
  }

  private static byte[] zeros(Path file) throws IOException {
    return new byte[(int) Files.size(file)];
  }

  @Test
  void newestJournalMissing() throws Exception {
    Files.delete(newestJournal());
    assertThat(replayed()).isEqualTo(20);
  }

  @Test
  void newestJournalEmpty() throws Exception {
    Files.write(newestJournal(), new byte[0]);
    assertThat(replayed()).isEqualTo(20);
  }

  @Test
  void newestJournalCut() throws Exception {
    Files.write(newestJournal(), Arrays.copyOf(Files.readAllBytes(newestJournal()), (int) Files.size(newestJournal()) - 1));
    assertThat(replayed()).isEqualTo(COMMANDS - 1);
  }

  @Test
  void newestJournalWithZerosBehindItsEntries() throws Exception {
    Files.write(newestJournal(), Arrays.copyOf(Files.readAllBytes(newestJournal()), 100_000));
    assertThat(replayed()).isEqualTo(COMMANDS);
  }

  @Test
  void newestJournalFilledWithZeros() throws Exception {
    Files.write(newestJournal(), zeros(newestJournal()));
    assertRefused(newestJournal().toString(), "header is damaged", "Restore the file from a backup");
  }

  @Test
  void newestJournalWithAFlippedBitBeforeValidEntries() throws Exception {
    byte[] whole = Files.readAllBytes(newestJournal());
    int lastEntry = whole.length - JournalSegment.ENTRY_OVERHEAD_BYTES - "c24".length();
    for (int position = 0; position < lastEntry; position++) {
      if (position >= 4 && position < JournalSegment.HEADER_BYTES) {
        continue; // the version has its own refusal
      }
      flip(newestJournal(), position);
      assertRefused("damaged", "a valid entry follows at byte");
      Files.write(newestJournal(), whole);
    }
    flip(newestJournal(), lastEntry + 10);
    assertThat(replayed()).isEqualTo(COMMANDS - 1);
  }

  @Test
  void newestJournalWithGarbageBehindItsEntries() throws Exception {
    byte[] whole = Files.readAllBytes(newestJournal());
    byte[] bytes = Arrays.copyOf(whole, whole.length + 100_000);
    byte[] garbage = new byte[100_000];
    new Random(11).nextBytes(garbage);
    System.arraycopy(garbage, 0, bytes, whole.length, garbage.length);
    Files.write(newestJournal(), bytes);
    assertThat(replayed()).isEqualTo(COMMANDS);
  }

  @Test
  void olderJournalDamagedOrMissing() throws Exception {
    byte[] whole = Files.readAllBytes(journals.get(0));
    for (byte[] contents : List.of(new byte[0], zeros(journals.get(0)), Arrays.copyOf(whole, whole.length - 1))) {
      Files.write(journals.get(0), contents);
      assertRefused(journals.get(0).toString(), "damaged", "other journals follow it");
    }
    Files.delete(journals.get(0));
    // The newest snapshot reaches as far.
    assertThat(replayed()).isEqualTo(COMMANDS);
  }

  @Test
  void newestSnapshotMissingEmptyCutOrFilledWithZeros() throws Exception {
    Path newest = snapshots.get(1);
    byte[] whole = Files.readAllBytes(newest);
    for (byte[] contents : List.of(new byte[0], new byte[3], zeros(newest), Arrays.copyOf(whole, whole.length - 1))) {
      Files.write(newest, contents);
      LocalMetadataLog log = open();
      Recorder machine = new Recorder();
      log.attach(machine);
      assertThat(machine.commands).hasSize(COMMANDS);
      log.close();
      assertThat(newest.resolveSibling(newest.getFileName() + ".damaged")).exists();
    }
    assertThat(replayed()).isEqualTo(COMMANDS);
  }

  @Test
  void allSnapshotsDamagedAndTheJournalBeginsLater() throws Exception {
    for (Path snapshot : snapshots) {
      Files.write(snapshot, zeros(snapshot));
    }
    assertRefused("begins at index 10", "entries are missing");
  }

  @Test
  void leftOverTemporaryFilesDoNotMatter() throws Exception {
    Files.write(directory.resolve("00000000000000000030.snapshot.tmp"), new byte[10]);
    Files.write(directory.resolve("meta.properties.tmp"), new byte[10]);
    assertThat(replayed()).isEqualTo(COMMANDS);
  }

  @Test
  void identityEmptyCutOrFilledWithZeros() throws Exception {
    Path file = directory.resolve("meta.properties");
    byte[] whole = Files.readAllBytes(file);
    for (byte[] contents : List.of(new byte[0], zeros(file), Arrays.copyOf(whole, 12))) {
      Files.write(file, contents);
      assertRefused(file.toString(), "damaged", "cluster.id");
    }
  }
}
