package io.margay.deploy.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What became of each file of the folder, in a file of JSON lines, so that a start knows what it has tried before. Holds no more than the
 * folder. Used by one thread at a time.
 */
final class FolderState {
  static final String FILE = "folder.jsonl";
  /** It was refused, so nothing has changed. */
  static final String REFUSED = "refused";
  private static final Logger LOG = LoggerFactory.getLogger(FolderState.class);

  /**
   * One file.
   *
   * @param file its name
   * @param content its size and checksum
   * @param bundle the symbolic name of the bundle in it; empty when it is none
   * @param version the version of that
   * @param added whether there was no such bundle before the folder brought one
   * @param outcome {@link #REFUSED} or an outcome of an {@link Entry}; {@link Entry#RUNNING} when the node went down in the middle
   * @param why the reason, empty when it was deployed
   */
  record Known(String file, String content, String bundle, String version, boolean added, String outcome, String why) {
    boolean isDeployed() {
      return outcome.equals(Entry.DEPLOYED);
    }

    boolean isRefused() {
      return outcome.equals(REFUSED);
    }

    Known ended(String end, String reason) {
      return new Known(file, content, bundle, version, added, end, reason);
    }

    private Map<String, Object> toMap() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("file", file);
      map.put("content", content);
      map.put("bundle", bundle);
      map.put("version", version);
      map.put("added", added ? 1 : 0);
      map.put("outcome", outcome);
      map.put("why", why);
      return map;
    }

    private static Known read(String line) throws IOException {
      Map<String, Object> map = Json.read(line);
      try {
        return new Known(map.get("file").toString(), map.get("content").toString(), map.get("bundle").toString(),
            map.get("version").toString(), (long) map.get("added") == 1, map.get("outcome").toString(), map.get("why").toString());
      } catch (ClassCastException | NullPointerException e) {
        throw new IOException("not a file of the folder", e);
      }
    }
  }

  private final Path file;
  private final Map<String, Known> files = new TreeMap<>();

  private FolderState(Path file) {
    this.file = file;
  }

  /** Lines that cannot be read are left out: such a file counts as new. */
  static FolderState load(Path directory) throws IOException {
    FolderState state = new FolderState(directory.resolve(FILE));
    List<String> lines;
    try {
      lines = Files.readAllLines(state.file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return state;
    }
    for (String line : lines) {
      try {
        Known known = Known.read(line);
        state.files.put(known.file, known);
      } catch (IOException e) {
        LOG.warn("A line about the folder deploy cannot be read, leaving it out file={} error={}", state.file, e.toString());
      }
    }
    return state;
  }

  /** By the names of the files. A copy. */
  List<Known> all() {
    return List.copyOf(files.values());
  }

  /** What became of a file, or null. */
  Known get(String name) {
    return files.get(name);
  }

  /** On disk when this returns. */
  void put(Known known) throws IOException {
    files.put(known.file, known);
    save();
  }

  /** The file is gone. */
  void remove(String name) throws IOException {
    files.remove(name);
    save();
  }

  private void save() throws IOException {
    List<String> lines = new ArrayList<>();
    for (Known known : files.values()) {
      lines.add(Json.write(known.toMap()) + "\n");
    }
    History.write(file, String.join("", lines));
  }
}
