package org.example;

import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StoreConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** One file for each partition, in the folder {@code onefile} of the data directory. A file's name is TOPIC-ID.PARTITION.TOPIC. */
@Component(service = StorageEngine.class, property = StorageEngine.NAME_PROPERTY + "=onefile")
public final class OneFileEngine implements StorageEngine {
  private static final String TABLE = "table.";
  private static final String STRAY = "stray.";

  private final Path directory;
  private final Map<TopicIdPartition, OneFileLog> open = new HashMap<>();

  /** The broker's. */
  @Activate
  public OneFileEngine(@Reference NodeSettings settings) throws IOException {
    this(settings.dataDirectory().resolve("onefile"));
  }

  OneFileEngine(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
  }

  /** The bundle goes: what is still open is closed in good order. */
  @Deactivate
  public synchronized void close() throws IOException {
    for (OneFileLog log : List.copyOf(open.values())) {
      log.close();
    }
  }

  @Override
  public String name() {
    return "onefile";
  }

  @Override
  public Promise promise() {
    return Promise.DURABLE;
  }

  private Path file(TopicIdPartition id) {
    return directory.resolve(id.topicId() + "." + id.partition() + "." + id.topic());
  }

  @Override
  public List<TopicIdPartition> list() throws IOException {
    List<TopicIdPartition> ids = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String[] parts = file.getFileName().toString().split("\\.", 3);
        if (!parts[0].equals("table") && !parts[0].equals("stray")) {
          ids.add(new TopicIdPartition(UUID.fromString(parts[0]), new TopicPartition(parts[2], Integer.parseInt(parts[1]))));
        }
      }
    }
    return ids;
  }

  @Override
  public List<Place> places() {
    return List.of(new Place(directory.toString(), -1, directory.toFile().getUsableSpace(), null));
  }

  @Override
  public String placeOf(TopicIdPartition id) {
    return Files.exists(file(id)) ? directory.toString() : null;
  }

  @Override
  public synchronized LogStore open(TopicIdPartition id, StoreConfig config) throws IOException {
    if (open.containsKey(id)) {
      throw new IllegalStateException("the log of " + id + " is open");
    }
    OneFileLog log = new OneFileLog(file(id), config, () -> closed(id));
    open.put(id, log);
    return log;
  }

  private synchronized void closed(TopicIdPartition id) {
    open.remove(id);
  }

  @Override
  public synchronized void delete(TopicIdPartition id) throws IOException {
    if (open.containsKey(id)) {
      throw new IllegalStateException("the log of " + id + " is open");
    }
    Files.deleteIfExists(file(id));
  }

  /** The file stays, under a name that begins with the time. */
  @Override
  public synchronized void setAside(TopicIdPartition id) throws IOException {
    if (open.containsKey(id)) {
      throw new IllegalStateException("the log of " + id + " is open");
    }
    if (Files.exists(file(id))) {
      Files.move(file(id), directory.resolve(STRAY + System.currentTimeMillis() + "." + file(id).getFileName()));
    }
  }

  @Override
  public synchronized int deleteSetAside(long beforeMs) throws IOException {
    int count = 0;
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String[] parts = file.getFileName().toString().split("\\.");
        if (file.getFileName().toString().startsWith(STRAY) && Long.parseLong(parts[1]) < beforeMs) {
          Files.delete(file);
          count++;
        }
      }
    }
    return count;
  }

  /** Rows of partitions that are gone are left out. */
  @Override
  public synchronized Map<TopicIdPartition, Long> readCheckpoint(String name) throws IOException {
    Map<TopicIdPartition, Long> rows = new HashMap<>();
    Path file = directory.resolve(TABLE + name);
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        String[] words = line.split(" ");
        TopicIdPartition id = new TopicIdPartition(UUID.fromString(words[0]), new TopicPartition(words[2],
            Integer.parseInt(words[1])));
        if (Files.exists(file(id))) {
          rows.put(id, Long.parseLong(words[3]));
        }
      }
    }
    return rows;
  }

  @Override
  public synchronized void writeCheckpoint(String name, Map<TopicIdPartition, Long> values) throws IOException {
    List<String> lines = new ArrayList<>();
    values.forEach((id, value) -> lines.add(id.topicId() + " " + id.partition() + " " + id.topic() + " " + value));
    Path fresh = Files.write(directory.resolve(TABLE + "new"), lines);
    Files.move(fresh, directory.resolve(TABLE + name), StandardCopyOption.ATOMIC_MOVE);
  }
}
