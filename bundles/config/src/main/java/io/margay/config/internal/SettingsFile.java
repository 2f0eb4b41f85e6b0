package io.margay.config.internal;

import io.margay.config.internal.Layer.Entry;
import io.margay.spi.config.NodeSettings.Source;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.function.UnaryOperator;

/**
 * A file of settings as {@code key = value}, in the syntax of Kafka's server.properties. A file that is not there has no
 * settings. Not safe for threads; its owner guards it.
 */
final class SettingsFile {
  /** What tells two states of a file apart; null stands for no file. */
  private record Stamp(long modifiedMs, long sizeBytes) { }

  private final Path path;
  private final UnaryOperator<String> placeholders;
  private Stamp seen;

  /**
   * @param path the file
   * @param placeholders fills placeholders in values
   */
  SettingsFile(Path path, UnaryOperator<String> placeholders) {
    this.path = path;
    this.placeholders = placeholders;
  }

  /** Whether the file is not as it was when it was last read. */
  boolean changed() throws IOException {
    Stamp now = stamp();
    return now == null ? seen != null : !now.equals(seen);
  }

  Layer read() throws IOException {
    // before the content: a change while it is read is then seen as a change
    seen = stamp();
    if (seen == null) {
      return Layer.empty(Source.STATIC_BROKER);
    }
    Properties properties = new Properties();
    try (Reader in = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
      properties.load(in);
    } catch (NoSuchFileException e) {
      seen = null;
      return Layer.empty(Source.STATIC_BROKER);
    } catch (IllegalArgumentException | UncheckedIOException e) {
      throw new IOException("is no file of settings: " + e.getMessage(), e);
    }
    Map<String, Entry> entries = new HashMap<>();
    for (String name : properties.stringPropertyNames()) {
      entries.put(name, new Entry(placeholders.apply(properties.getProperty(name)), path.toString()));
    }
    return new Layer(Source.STATIC_BROKER, entries);
  }

  private Stamp stamp() throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return new Stamp(attributes.lastModifiedTime().toMillis(), attributes.size());
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
