package io.margay.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * Notes, while the broker does not run, which settings that are stored for it in the cluster are to be unset: the bundle {@code config}
 * passes them over at the next start, and unsets them as soon as the broker is part of the cluster.
 */
final class OfflineUnset {
  private static final String FILE = "unset-settings";

  private OfflineUnset() {}

  /**
   * @return the names, with spaces between
   * @throws IllegalArgumentException with a message for the user
   */
  static String names(List<String> words) {
    List<String> names = new ArrayList<>(words);
    boolean offline = names.remove("--offline");
    if (!offline || names.isEmpty() || names.stream().anyMatch(n -> !n.matches("[A-Za-z0-9._-]+") || n.startsWith("-"))) {
      throw new IllegalArgumentException("expected config:unset --offline NAME..., for example: margay config:unset --offline listeners."
          + " While the broker runs: margay shell 'config:unset broker ID NAME'");
    }
    return String.join(" ", names);
  }

  /**
   * @param names with spaces between
   * @return what to tell the user
   * @throws IOException when the broker runs, or the file cannot be written
   */
  static String write(Layout layout, String names) throws IOException {
    OptionalLong owner = InstanceLock.owner(layout.pidFile());
    if (owner.isPresent()) {
      throw new IOException("the broker on " + layout.data() + " runs, process " + owner.getAsLong()
          + "; use margay shell 'config:unset broker ID NAME', or stop it first");
    }
    try (InstanceLock lock = InstanceLock.acquire(layout.pidFile())) {
      Path file = layout.data().resolve(FILE);
      Set<String> all = new TreeSet<>(List.of(names.split(" ")));
      if (Files.exists(file)) {
        Files.readString(file, StandardCharsets.UTF_8).lines().filter(l -> !l.isBlank()).forEach(l -> all.add(l.strip()));
      }
      Path written = layout.data().resolve(FILE + ".tmp");
      Files.writeString(written, String.join("\n", all) + "\n", StandardCharsets.UTF_8);
      Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return String.join(", ", all) + ": what is stored for this broker is passed over at the next start, and unset as soon as it is part of the cluster\n";
    }
  }
}
