package io.margay.audit.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.audit.AuditEvent;
import io.margay.spi.audit.AuditSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSinkTest {
  private static final AuditEvent EVENT = AuditEvent.of(0, AuditEvent.Kind.CHANGE, "x", new AuditEvent.Actor("", "", "", ""),
      AuditEvent.Resource.NONE, AuditEvent.OK, 1, Map.of());

  @TempDir
  private Path directory;

  private FileSink sink(int bytes, int files) {
    return new FileSink(directory.resolve("audit"), () -> bytes, () -> files);
  }

  private static List<AuditSink.Line> lines(String... texts) {
    return Stream.of(texts).map(t -> new AuditSink.Line(EVENT, t.getBytes(StandardCharsets.UTF_8))).toList();
  }

  private static List<String> read(FileSink sink) throws IOException {
    List<String> all = new ArrayList<>();
    sink.newestFirst(line -> {
      all.add(line);
      return true;
    });
    return all;
  }

  @Test
  void linesAreReadFromTheNewestToTheOldest() throws IOException {
    try (FileSink sink = sink(1 << 20, 3)) {
      sink.write(lines("a", "b")).toCompletableFuture().join();
      sink.write(lines("\u00e4", "d")).toCompletableFuture().join();
      assertThat(read(sink)).containsExactly("d", "\u00e4", "b", "a");
    }
  }

  @Test
  void filesAreBoundedInSizeAndNumber() throws IOException {
    try (FileSink sink = sink(10_000, 3)) {
      for (int i = 0; i < 5_000; i++) {
        sink.write(lines("line " + i)).toCompletableFuture().join();
      }
      try (Stream<Path> files = Files.list(directory.resolve("audit"))) {
        List<Path> all = files.toList();
        assertThat(all).hasSize(3).allMatch(f -> f.toFile().length() <= 10_000);
      }
      List<String> kept = read(sink);
      assertThat(kept.get(0)).isEqualTo("line 4999");
      assertThat(kept.get(kept.size() - 1)).isEqualTo("line " + (5_000 - kept.size()));
    }
    try (FileSink fewer = sink(10_000, 1)) {
      fewer.write(lines("x".repeat(9_999))).toCompletableFuture().join();
      try (Stream<Path> files = Files.list(directory.resolve("audit"))) {
        assertThat(files).hasSize(1);
      }
    }
  }

  @Test
  void aLineThatACrashHasCutIsRemoved() throws IOException {
    try (FileSink sink = sink(1 << 20, 3)) {
      sink.write(lines("whole")).toCompletableFuture().join();
    }
    Files.writeString(directory.resolve("audit/audit.jsonl"), "{\"hal" + "\0".repeat(5_000), StandardOpenOption.APPEND);
    try (FileSink sink = sink(1 << 20, 3)) {
      sink.write(lines("next")).toCompletableFuture().join();
      assertThat(read(sink)).containsExactly("next", "whole");
    }
  }

  @Test
  void onlyTheUserOfTheProcessMayRead() throws IOException {
    try (FileSink sink = sink(1 << 20, 3)) {
      sink.write(lines("a")).toCompletableFuture().join();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("audit/audit.jsonl")))).isEqualTo("rw-------");
      assertThat(rights("audit")).isEqualTo("rwx------");
    }
    Path file = directory.resolve("audit/audit.jsonl");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    try (FileSink sink = sink(10, 3)) {
      sink.write(lines("b")).toCompletableFuture().join();
      assertThat(rights("audit/audit.jsonl")).as("of a file from before").isEqualTo("rw-------");
      sink.write(lines("too long for it")).toCompletableFuture().join();
      assertThat(rights("audit/audit.jsonl")).as("of the next file").isEqualTo("rw-------");
    }
  }

  private String rights(String name) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(name)));
  }

  @Test
  void longLinesAcrossPiecesAreReadWhole() throws IOException {
    try (FileSink sink = sink(1 << 20, 3)) {
      String wide = "y".repeat(100_000);
      sink.write(lines("a", wide, "b")).toCompletableFuture().join();
      assertThat(read(sink)).containsExactly("b", wide, "a");
    }
  }
}
