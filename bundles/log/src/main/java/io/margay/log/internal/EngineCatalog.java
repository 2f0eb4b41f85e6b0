package io.margay.log.internal;

import io.margay.model.DurableFiles;
import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which engines hold which partitions of this node, in a file, so that this is known while an engine is absent: a partition that
 * such an engine holds must not start empty in another one. A superfluous row costs a wait, a missing one could cost records. So
 * rows are written before a log is created, and removed after it is deleted.
 *
 * <p>The file has one line for each change, {@code + engine topicId topic partition} or {@code - ...}, and is rewritten at the
 * start when most of its lines are history. Like the logs themselves, a line survives the end of the process as soon as it is
 * written. Engines that keep nothing have no rows. Safe for all threads.
 */
final class EngineCatalog {
  private static final String FILE = "storage-engines";
  private static final Logger LOG = LoggerFactory.getLogger(EngineCatalog.class);
  private static final int HISTORY_LINES = 100;

  private final Path file;
  private final Map<TopicIdPartition, Set<String>> rows = new HashMap<>();

  /**
   * @param directory where the file is, or null to remember nothing
   * @throws IOException when the disk fails
   */
  EngineCatalog(Path directory) throws IOException {
    this.file = directory == null ? null : directory.resolve(FILE);
    if (file == null || !Files.exists(file)) {
      return;
    }
    String[] lines = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n");
    int damaged = 0;
    for (String line : lines) {
      damaged += apply(line.split(" ")) ? 0 : 1;
    }
    if (damaged > 1) {
      // The last line may have been cut by a crash before its log was created; more than that is damage.
      LOG.warn("Some lines cannot be read and are left out, the storage engines tell again what they hold file={} lines={}", file,
          damaged);
    }
    if (damaged > 0 || lines.length > 2 * rows.size() + HISTORY_LINES || !endsWithNewline()) {
      rewrite();
    }
  }

  private boolean endsWithNewline() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    return bytes.length == 0 || bytes[bytes.length - 1] == '\n';
  }

  /** False when it is not a valid line. */
  private boolean apply(String[] words) {
    if (words.length != 5) {
      return words.length == 1 && words[0].isEmpty();
    }
    TopicIdPartition id;
    try {
      id = new TopicIdPartition(UUID.fromString(words[2]), new TopicPartition(words[3], Integer.parseInt(words[4])));
    } catch (IllegalArgumentException e) {
      return false;
    }
    if (words[0].equals("+")) {
      rows.computeIfAbsent(id, key -> new TreeSet<>()).add(words[1]);
    } else {
      dropRow(id, words[1]);
    }
    return true;
  }

  private boolean dropRow(TopicIdPartition id, String engine) {
    Set<String> engines = rows.get(id);
    boolean was = engines != null && engines.remove(engine);
    if (was && engines.isEmpty()) {
      rows.remove(id);
    }
    return was;
  }

  private void rewrite() throws IOException {
    List<String> lines = new ArrayList<>();
    rows.forEach((id, engines) -> engines.forEach(engine -> lines.add(line('+', engine, id))));
    DurableFiles.replace(file, false, StandardCharsets.UTF_8.encode(String.join("", lines)));
  }

  private static String line(char sign, String engine, TopicIdPartition id) {
    return sign + " " + engine + " " + id.topicId() + " " + id.topic() + " " + id.partition() + "\n";
  }

  private void write(String lines) throws IOException {
    if (file != null && !lines.isEmpty()) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, lines, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
  }

  /** Records that an engine holds partitions, or soon will. */
  synchronized void add(String engine, Iterable<TopicIdPartition> ids) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (TopicIdPartition id : ids) {
      if (!rows.getOrDefault(id, Set.of()).contains(engine)) {
        lines.append(line('+', engine, id));
      }
    }
    write(lines.toString());
    ids.forEach(id -> rows.computeIfAbsent(id, key -> new TreeSet<>()).add(engine));
  }

  /** Records that an engine no longer holds a partition. */
  synchronized void remove(String engine, TopicIdPartition id) throws IOException {
    if (dropRow(id, engine)) {
      write(line('-', engine, id));
    }
  }

  /** An absent engine that holds a partition, or null. */
  synchronized String absentHolder(TopicIdPartition id, Predicate<String> there) {
    return rows.getOrDefault(id, Set.of()).stream().filter(there.negate()).findFirst().orElse(null);
  }
}
