package io.margay.config.internal;

import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.Constants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads definitions from the jars of bundles that the launcher installs only after the first response. That takes a few
 * milliseconds and is done only when such a setting is given.
 */
final class LaterBundles {
  /** The framework property with the paths of the jars. */
  static final String PROPERTY = "margay.bundles.later";

  private static final Logger LOG = LoggerFactory.getLogger(LaterBundles.class);
  private static final Pattern CLAUSE = Pattern.compile(Pattern.quote(DefinesSettings.NAMESPACE) + "\\s*;[^,]*?\\b"
      + DefinesSettings.CLASS + "(?::String)?\\s*=\\s*\"?([\\w.$]+)");

  private LaterBundles() { }

  /**
   * @param paths paths of jars, or null
   * @return the settings by the bundle's symbolic name; those of a jar that cannot be read are missing, with a line in the log
   */
  static Map<String, List<Setting<?>>> read(String paths) {
    Map<String, List<Setting<?>>> settings = new HashMap<>();
    for (String path : paths == null || paths.isEmpty() ? new String[0] : paths.split(Pattern.quote(File.pathSeparator))) {
      try {
        read(Path.of(path), settings);
      } catch (IOException | ReflectiveOperationException | LinkageError | RuntimeException e) {
        LOG.error("Cannot read the setting definitions of a bundle; its settings are unknown: jar={}", path, e);
      }
    }
    return settings;
  }

  private static void read(Path path, Map<String, List<Setting<?>>> settings) throws IOException, ReflectiveOperationException {
    List<String> classes = new ArrayList<>();
    String bundle;
    try (JarFile jar = new JarFile(path.toFile())) {
      Manifest manifest = jar.getManifest();
      String capabilities = manifest == null ? null : manifest.getMainAttributes().getValue(Constants.PROVIDE_CAPABILITY);
      if (capabilities == null) {
        return;
      }
      for (Matcher clause = CLAUSE.matcher(capabilities); clause.find();) {
        classes.add(clause.group(1));
      }
      bundle = manifest.getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME).split(";")[0].trim();
    }
    if (classes.isEmpty()) {
      return;
    }
    List<Setting<?>> found = new ArrayList<>();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {path.toUri().toURL()}, Setting.class.getClassLoader())) {
      for (String name : classes) {
        found.addAll(((SettingDefinitions) loader.loadClass(name).getConstructor().newInstance()).catalogue().settings());
      }
    }
    settings.put(bundle, List.copyOf(found));
  }
}
