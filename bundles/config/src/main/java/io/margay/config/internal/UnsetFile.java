package io.margay.config.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * Names of settings that are stored for this broker in the cluster and are to be unset: one per line of the file {@code unset-settings} of
 * the data directory, which {@code margay config:unset --offline} writes while the broker does not run.
 */
final class UnsetFile {
  private static final long MAX_BYTES = 64 * 1024;

  private UnsetFile() { }

  private static Path file(Path data) {
    return data.resolve("unset-settings");
  }

  /** @return the names; empty when there is no file */
  static Set<String> read(Path data) {
    try {
      Path file = file(data);
      if (!Files.exists(file)) {
        return Set.of();
      }
      if (Files.size(file) > MAX_BYTES) {
        throw new IOException(file + " has more than " + MAX_BYTES + " bytes");
      }
      Set<String> names = new TreeSet<>();
      Files.readString(file, StandardCharsets.UTF_8).lines().map(String::strip).filter(l -> !l.isEmpty()).forEach(names::add);
      return names;
    } catch (NoSuchFileException e) {
      return Set.of();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the names of settings to unset", e);
    }
  }

  /** The settings are unset. */
  static void delete(Path data) throws IOException {
    Files.deleteIfExists(file(data));
  }
}
