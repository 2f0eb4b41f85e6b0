package io.margay.deploy.internal;

import java.io.File;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Finds files in a folder that are new or were written again, once each, when they have not changed for a while: by then they are copied
 * completely, and File Install has installed them. Holds no more than what is in the folder. Used by one thread.
 */
final class FolderWatch {
  /** In so many looks in a row a file is the same before it is looked at. */
  static final int SAME_LOOKS = 3;

  private record Seen(long size, long modified, int looks) { }

  private final File folder;
  private Map<String, Seen> seen = new HashMap<>();

  FolderWatch(File folder) {
    this.folder = folder;
  }

  File folder() {
    return folder;
  }

  /** Looks again. @param settled gets each jar once, and again after it has changed */
  void look(Consumer<File> settled) {
    Map<String, Seen> now = new HashMap<>();
    File[] jars = folder.listFiles((parent, name) -> name.endsWith(".jar"));
    for (File jar : jars == null ? new File[0] : jars) {
      Seen before = seen.get(jar.getName());
      boolean same = before != null && before.size == jar.length() && before.modified == jar.lastModified();
      int looks = same ? Math.min(SAME_LOOKS + 1, before.looks + 1) : 1;
      now.put(jar.getName(), new Seen(jar.length(), jar.lastModified(), looks));
      if (looks == SAME_LOOKS) {
        settled.accept(jar);
      }
    }
    seen = now;
  }
}
