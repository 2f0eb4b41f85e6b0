package io.margay.deploy.internal;

import java.nio.file.Path;
import org.osgi.framework.Bundle;
import org.osgi.framework.Version;

/**
 * A bundle that is replaced, added or taken away.
 *
 * @param name its symbolic name
 * @param bundle what is installed; null when the bundle is new
 * @param from the version that is installed; null when the bundle is new
 * @param jar what takes its place; null when the bundle is taken away
 * @param to the version of {@code jar}; null with it
 * @param kept the copy of what was installed; null when the bundle is new, or nothing is copied yet
 */
record Change(String name, Bundle bundle, Version from, Path jar, Version to, Path kept) {
  Change keeping(Path copy) {
    return new Change(name, bundle, from, jar, to, copy);
  }

  /** For people: name and versions. */
  String text() {
    if (bundle == null) {
      return name + " " + to + " (new)";
    }
    return name + " " + from + (jar == null ? " (removed)" : " -> " + to);
  }
}
