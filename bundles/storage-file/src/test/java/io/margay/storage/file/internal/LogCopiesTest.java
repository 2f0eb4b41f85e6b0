package io.margay.storage.file.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.model.Clock;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StorageEngineFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Logs that move between two directories of the engine. */
class LogCopiesTest extends StorageEngineFixture {
  private final List<String> faults = new ArrayList<>();
  private FileStorageEngine files;
  private Path first;
  private Path second;

  @Override
  protected StorageEngine start(Path where) throws IOException {
    first = where.resolve("first");
    second = where.resolve("second");
    files = new FileStorageEngine(List.of(first, second), Disk.REAL, (what, cause) -> faults.add(what), Clock.SYSTEM);
    return files;
  }

  @Override
  protected void stop(StorageEngine running) throws IOException {
    ((FileStorageEngine) running).close();
  }

  private LogStore original;

  @BeforeEach
  void fill() throws IOException {
    original = engine.open(ID, SMALL);
    FileEngineFixture.fill(original, 3);
    engine.writeCheckpoint("starts", Map.of(ID, 1L));
  }

  private LogStore copied() throws IOException {
    LogStore copy = files.openCopy(ID, second.toString(), SMALL);
    FileEngineFixture.fill(copy, 4);
    copy.flush();
    return copy;
  }

  private boolean isIn(Path directory) {
    return Files.exists(directory.resolve(ID.topicPartition().toString()));
  }

  @Test
  void aCopyIsNotTheLogBeforeItIsUsed() throws IOException {
    copied();
    assertThat(files.copyPlaceOf(ID)).isEqualTo(second.toString());
    assertThat(engine.placeOf(ID)).isEqualTo(first.toString());
    assertThat(engine.list()).containsExactly(ID);
    assertThatThrownBy(() -> files.openCopy(ID, second.toString(), SMALL)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void theOriginalIsDeletedWhenTheCopyIsUsedAndItIsClosed() throws IOException {
    LogStore copy = copied();
    long end = copy.endOffset();
    files.useCopy(ID);
    assertThat(engine.placeOf(ID)).isEqualTo(second.toString());
    assertThat(files.copyPlaceOf(ID)).isNull();
    assertThat(engine.readCheckpoint("starts")).containsEntry(ID, 1L);
    assertThat(isIn(first)).isTrue();
    original.close();
    assertThat(isIn(first)).isFalse();
    assertThat(second.resolve(CopyNotes.FILE)).doesNotExist();
    copy.close();
    restart();
    assertThat(engine.placeOf(ID)).isEqualTo(second.toString());
    assertThat(engine.open(ID, SMALL).endOffset()).isEqualTo(end);
    assertThat(faults).isEmpty();
  }

  @Test
  void aCrashBeforeTheOriginalIsDeletedLeavesTheCopy() throws IOException {
    LogStore copy = copied();
    long end = copy.endOffset();
    files.useCopy(ID);
    byte[] notes = Files.readAllBytes(second.resolve(CopyNotes.FILE));
    original.close();
    copy.close();
    stop(engine);
    // as before the original was deleted
    Files.createDirectory(first.resolve(ID.topicPartition().toString()));
    Files.write(second.resolve(CopyNotes.FILE), notes);
    engine = start(home);
    assertThat(engine.placeOf(ID)).isEqualTo(second.toString());
    assertThat(isIn(first)).isFalse();
    assertThat(second.resolve(CopyNotes.FILE)).doesNotExist();
    assertThat(engine.open(ID, SMALL).endOffset()).isEqualTo(end);
  }

  @Test
  void anUnfinishedCopyIsKnownAfterARestartAndCanBeDeleted() throws IOException {
    copied();
    restart();
    assertThat(engine.placeOf(ID)).isEqualTo(first.toString());
    assertThat(engine.list()).containsExactly(ID);
    assertThat(files.copyPlaceOf(ID)).isEqualTo(second.toString());
    files.deleteCopy(ID);
    assertThat(isIn(second)).isFalse();
    assertThat(files.copyPlaceOf(ID)).isNull();
    restart();
    assertThat(files.copyPlaceOf(ID)).isNull();
  }

  @Test
  void aCopyWithoutItsLogIsDeletedAtTheStart() throws IOException {
    copied().close();
    original.close();
    stop(engine);
    Files.move(first.resolve(ID.topicPartition().toString()), home.resolve("away"));
    engine = start(home);
    assertThat(isIn(second)).isFalse();
    assertThat(engine.list()).isEmpty();
    assertThat(engine.open(ID, SMALL).endOffset()).isZero();
  }

  @Test
  void deletingALogDeletesItsCopy() throws IOException {
    copied().close();
    original.close();
    engine.delete(ID);
    assertThat(isIn(first)).isFalse();
    assertThat(isIn(second)).isFalse();
    // a new log of this name is no copy, also after a restart
    engine.open(ID, SMALL).close();
    restart();
    assertThat(engine.list()).containsExactly(ID);
  }

  @Test
  void aLogMovesBackAndWhatItsFirstStayHasLeftDoesNotCount() throws IOException {
    LogStore copy = copied();
    files.useCopy(ID);
    original.close();
    engine.writeCheckpoint("starts", Map.of());
    LogStore back = files.openCopy(ID, first.toString(), SMALL);
    back.flush();
    files.useCopy(ID);
    copy.close();
    assertThat(engine.placeOf(ID)).isEqualTo(first.toString());
    assertThat(engine.readCheckpoint("starts")).isEmpty();
    back.close();
    restart();
    assertThat(engine.open(ID, SMALL).endOffset()).isZero();
  }

  @Test
  void anUnknownPlaceIsRefused() {
    assertThatThrownBy(() -> files.openCopy(ID, home.resolve("third").toString(), SMALL)).isInstanceOf(IOException.class)
        .hasMessageContaining("third");
  }

  @Test
  void damagedNotesAreNotGuessed() throws IOException {
    copied().close();
    original.close();
    stop(engine);
    Files.writeString(second.resolve(CopyNotes.FILE), "0\n7\n");
    engine = start(home);
    assertThat(engine.placeOf(ID)).isEqualTo(first.toString());
    assertThat(engine.places().get(1).offlineCause()).hasMessageContaining(CopyNotes.FILE).hasMessageContaining("damaged");
    assertThat(faults).singleElement().asString().contains("second");
  }

  /** What a crash leaves that comes when a copy is in use and its original is not deleted yet. */
  private void crashBeforeTheOriginalIsDeleted(Path from, Path to, LogStore before, LogStore copy) throws IOException {
    String name = ID.topicPartition().toString();
    byte[] leaving = Files.readAllBytes(from.resolve(CopyNotes.LEAVING_FILE));
    byte[] notes = Files.readAllBytes(to.resolve(CopyNotes.FILE));
    Path saved = Files.createDirectory(home.resolve("saved"));
    try (Stream<Path> left = Files.list(from.resolve(name))) {
      for (Path file : left.toList()) {
        Files.copy(file, saved.resolve(file.getFileName()));
      }
    }
    before.close();
    copy.close();
    stop(engine);
    Files.move(saved, from.resolve(name));
    Files.write(from.resolve(CopyNotes.LEAVING_FILE), leaving);
    Files.write(to.resolve(CopyNotes.FILE), notes);
  }

  private void takeOffline(Path where) throws IOException {
    Files.move(where, home.resolve("away"));
    Files.writeString(where, "no directory");
  }

  private void bringBack(Path where) throws IOException {
    Files.delete(where);
    Files.move(home.resolve("away"), where);
  }

  @Test
  void anOriginalIsNotUsedWhileItsCopyThatIsInUseIsOffline() throws IOException {
    LogStore copy = copied();
    files.useCopy(ID);
    FileEngineFixture.fill(copy, 2);
    long end = copy.endOffset();
    crashBeforeTheOriginalIsDeleted(first, second, original, copy);
    takeOffline(second);
    engine = start(home);
    assertThatThrownBy(() -> engine.open(ID, SMALL)).isInstanceOf(IOException.class).hasMessageContaining("offline");
    assertThat(engine.readCheckpoint("starts")).as("is kept").containsEntry(ID, 1L);
    restart();
    assertThatThrownBy(() -> engine.open(ID, SMALL)).isInstanceOf(IOException.class).hasMessageContaining("offline");
    stop(engine);
    bringBack(second);
    engine = start(home);
    assertThat(engine.placeOf(ID)).isEqualTo(second.toString());
    assertThat(isIn(first)).isFalse();
    assertThat(engine.open(ID, SMALL).endOffset()).isEqualTo(end);
    assertThat(first.resolve(CopyNotes.LEAVING_FILE)).doesNotExist();
    assertThat(second.resolve(CopyNotes.FILE)).doesNotExist();
  }

  @Test
  void anOriginalIsUsedWhenItsCopyIsKnownNotToBe() throws IOException {
    copied().close();
    long end = original.endOffset();
    original.close();
    stop(engine);
    // a crash came before the note that the copy is in use
    Files.writeString(first.resolve(CopyNotes.LEAVING_FILE), "0\n1\n" + ID.topic() + " " + ID.partition() + " 0\n");
    engine = start(home);
    assertThat(engine.open(ID, SMALL).endOffset()).isEqualTo(end);
    assertThat(first.resolve(CopyNotes.LEAVING_FILE)).doesNotExist();
    assertThat(files.copyPlaceOf(ID)).isEqualTo(second.toString());
  }

  @Test
  void aLogDoesNotMoveFurtherWhileItsFirstOriginalIsOffline() throws IOException {
    LogStore copy = copied();
    files.useCopy(ID);
    crashBeforeTheOriginalIsDeleted(first, second, original, copy);
    takeOffline(first);
    String third = home.resolve("third").toString();
    try (FileStorageEngine more = withThird()) {
      more.open(ID, SMALL).close();
      assertThatThrownBy(() -> more.openCopy(ID, third, SMALL)).isInstanceOf(IOException.class).hasMessageContaining("does not move yet");
      assertThat(more.copyPlaceOf(ID)).isNull();
    }
    bringBack(first);
    try (FileStorageEngine more = withThird()) {
      assertThat(isIn(first)).isFalse();
      more.open(ID, SMALL);
      more.openCopy(ID, third, SMALL).close();
      assertThat(more.copyPlaceOf(ID)).isEqualTo(third);
    }
    engine = start(home);
  }

  private FileStorageEngine withThird() throws IOException {
    return new FileStorageEngine(List.of(first, second, home.resolve("third")), Disk.REAL, (what, cause) -> faults.add(what), Clock.SYSTEM);
  }
}
