package io.margay.config.internal;

import io.margay.config.internal.Layer.Entry;
import io.margay.spi.config.NodeSettings.Source;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.UnaryOperator;

/**
 * A file of settings as {@code key = value}, in the syntax of Kafka's server.properties. A missing file has no settings. Not
 * thread-safe; its owner guards it.
 */
final class SettingsFile {
  /** Distinguishes two states of a file; null means that there is no file. */
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

  /** Whether the file has changed since it was last read. */
  boolean changed() throws IOException {
    Stamp now = stamp();
    return now == null ? seen != null : !now.equals(seen);
  }

  Layer read() throws IOException {
    // before the content, so that a change during the read is noticed later
    seen = stamp();
    if (seen == null) {
      return Layer.empty(Source.STATIC_BROKER);
    }
    try {
      return new Layer(Source.STATIC_BROKER, entries(Files.readAllLines(path, StandardCharsets.UTF_8)));
    } catch (NoSuchFileException e) {
      seen = null;
      return Layer.empty(Source.STATIC_BROKER);
    } catch (IllegalArgumentException | CharacterCodingException e) {
      throw new IOException("is no file of settings: " + e.getMessage(), e);
    }
  }

  /** Each setting is read by itself, so that its line is known. */
  private Map<String, Entry> entries(List<String> lines) throws IOException {
    Map<String, Entry> entries = new HashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      int first = i;
      StringBuilder text = new StringBuilder(lines.get(i));
      if (isSetting(lines.get(i))) {
        while (continued(lines.get(i)) && i + 1 < lines.size()) {
          text.append('\n').append(lines.get(++i));
        }
        Properties one = new Properties();
        one.load(new StringReader(text.toString()));
        one.stringPropertyNames().forEach(name -> entries.put(name,
            new Entry(placeholders.apply(one.getProperty(name)), path + ":" + (first + 1))));
      }
    }
    return entries;
  }

  private static boolean isSetting(String line) {
    String text = line.stripLeading();
    return !text.isEmpty() && text.charAt(0) != '#' && text.charAt(0) != '!';
  }

  /** Whether the next line belongs to this one: it ends with an odd number of backslashes. */
  private static boolean continued(String line) {
    int backslashes = 0;
    while (backslashes < line.length() && line.charAt(line.length() - 1 - backslashes) == '\\') {
      backslashes++;
    }
    return backslashes % 2 == 1;
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
