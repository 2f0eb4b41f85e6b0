package io.margay.deploy.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The deployments of this node, one line of JSON each, oldest first, the last {@value #ENTRIES_MAX}. And, in a file of its own, the one
 * that has begun and not ended: if that file is there at a start, the node went down in the middle. Used by one thread at a time.
 */
final class History {
  static final int ENTRIES_MAX = 1000;
  static final String FILE = "history.jsonl";
  static final String RUNNING_FILE = "running.json";
  private static final Logger LOG = LoggerFactory.getLogger(History.class);

  private final Path file;
  private final Path runningFile;

  History(Path directory) {
    this.file = directory.resolve(FILE);
    this.runningFile = directory.resolve(RUNNING_FILE);
  }

  /** Oldest first; lines that cannot be read are left out. */
  List<Entry> entries() throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (String line : lines(file)) {
      try {
        entries.add(Entry.read(line));
      } catch (IOException e) {
        LOG.warn("A line of the history of deployments cannot be read, leaving it out file={} error={}", file, e.toString());
      }
    }
    return entries;
  }

  private static List<String> lines(Path path) throws IOException {
    try {
      return Files.readAllLines(path, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  long nextId() throws IOException {
    return entries().stream().mapToLong(Entry::id).max().orElse(0) + 1;
  }

  /** The last deployment that counts and was not undone. */
  Optional<Entry> toUndo() throws IOException {
    List<Entry> deployed = entries().stream().filter(Entry::isDeployed).toList();
    Set<Long> undone = deployed.stream().map(Entry::undoes).collect(Collectors.toSet());
    return deployed.stream().filter(e -> e.undoes() == 0 && !undone.contains(e.id())).reduce((a, b) -> b);
  }

  /** A deployment is about to change something. On disk when this returns. */
  void begin(Entry entry) throws IOException {
    write(runningFile, Json.write(entry.toMap()) + "\n");
  }

  /** It has ended. */
  void end(Entry entry) throws IOException {
    List<String> all = new ArrayList<>();
    for (Entry e : entries()) {
      all.add(Json.write(e.toMap()));
    }
    all.add(Json.write(entry.toMap()));
    write(file, String.join("\n", all.subList(Math.max(0, all.size() - ENTRIES_MAX), all.size())) + "\n");
    Files.deleteIfExists(runningFile);
  }

  /** The deployment in the middle of which the node went down. */
  Optional<Entry> interrupted() throws IOException {
    for (String line : lines(runningFile)) {
      return Optional.of(Entry.read(line));
    }
    return Optional.empty();
  }

  static void write(Path target, String text) throws IOException {
    Files.createDirectories(target.getParent());
    Path part = target.resolveSibling(target.getFileName() + ".part");
    Files.writeString(part, text, StandardCharsets.UTF_8);
    try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
