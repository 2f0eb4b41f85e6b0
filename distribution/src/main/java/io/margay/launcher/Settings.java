package io.margay.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** Reads a properties file of {@code etc/}, with the placeholders for the two directories filled in. */
final class Settings {
  private Settings() {}

  /** Returns a map that the caller owns; empty if the file does not exist. */
  static Map<String, String> load(Path file, Layout layout) throws IOException {
    Map<String, String> settings = new HashMap<>();
    if (Files.exists(file)) {
      Properties properties = new Properties();
      try (InputStream in = Files.newInputStream(file)) {
        properties.load(in);
      }
      for (String name : properties.stringPropertyNames()) {
        settings.put(name, properties.getProperty(name).replace("${margay.home}", layout.home().toString())
            .replace("${margay.data}", layout.data().toString()));
      }
    }
    return settings;
  }
}
