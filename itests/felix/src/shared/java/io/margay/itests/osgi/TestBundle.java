package io.margay.itests.osgi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** Makes jars of bundles, for tests. */
public final class TestBundle {
  private final Map<String, String> headers = new LinkedHashMap<>();
  private final Map<String, Path> entries = new LinkedHashMap<>();

  /** @param symbolicName the bundle's name */
  public TestBundle(String symbolicName) {
    header("Bundle-ManifestVersion", "2");
    header("Bundle-SymbolicName", symbolicName);
    header("Bundle-Version", "1.0.0");
  }

  /** Adds a header, or replaces it. */
  public TestBundle header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  /** Adds a class of the tests, with those inside it, as the activator. */
  public TestBundle activator(Class<?> type) throws IOException {
    return header("Bundle-Activator", type.getName()).classes(type);
  }

  /** Adds classes of the tests, with those inside them. */
  public TestBundle classes(Class<?>... types) throws IOException {
    Path root = Path.of(System.getProperty("test.classes"));
    for (Class<?> type : types) {
      String name = type.getName().replace('.', '/');
      Path directory = root.resolve(name).getParent();
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          String fileName = file.getFileName().toString();
          if (fileName.equals(type.getSimpleName() + ".class") || fileName.startsWith(type.getSimpleName() + "$")) {
            entries.put(name.substring(0, name.lastIndexOf('/') + 1) + fileName, file);
          }
        }
      }
    }
    return this;
  }

  /** Adds packages without classes. @param names with versions, if they have any */
  public TestBundle packages(List<String> names) throws IOException {
    Path some = Path.of(System.getProperty("test.classes"), TestBundle.class.getName().replace('.', '/') + ".class");
    names.forEach(n -> entries.put(n.replaceAll(";.*", "").replace('.', '/') + "/placeholder.txt", some));
    return header("Export-Package", String.join(",", new TreeSet<>(names)));
  }

  /** @return the jar, which is now there */
  public Path write(Path jar) throws IOException {
    Manifest manifest = new Manifest();
    Attributes a = manifest.getMainAttributes();
    a.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.forEach(a::putValue);
    try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file, manifest)) {
      writeEntries(out);
    }
    return jar;
  }

  private void writeEntries(JarOutputStream out) throws IOException {
    for (Map.Entry<String, Path> e : entries.entrySet()) {
      out.putNextEntry(new ZipEntry(e.getKey()));
      Files.copy(e.getValue(), out);
    }
  }

  /**
   * Makes a new version of a bundle, with the same content.
   *
   * @param original its jar
   * @param version the new version
   * @param jar where to
   */
  public static void newVersion(Path original, String version, Path jar) throws IOException {
    rebuild(original, Map.of("Bundle-Version", version), jar);
  }

  /**
   * Makes a bundle of another one, with other headers.
   *
   * @param original its jar
   * @param headers replace those of the same names; a value that begins with a comma is appended
   * @param jar where to
   * @param types classes of the tests that are added, with those inside them
   */
  public static Path rebuild(Path original, Map<String, String> headers, Path jar, Class<?>... types) throws IOException {
    TestBundle added = new TestBundle("added").classes(types);
    try (JarFile from = new JarFile(original.toFile())) {
      Manifest manifest = new Manifest(from.getManifest());
      headers.forEach((name, value) -> manifest.getMainAttributes().putValue(name,
          value.startsWith(",") ? manifest.getMainAttributes().getValue(name) + value : value));
      try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file, manifest)) {
        for (Enumeration<JarEntry> e = from.entries(); e.hasMoreElements();) {
          JarEntry entry = e.nextElement();
          if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
            out.putNextEntry(new ZipEntry(entry.getName()));
            try (InputStream in = from.getInputStream(entry)) {
              in.transferTo(out);
            }
          }
        }
        added.writeEntries(out);
      }
    }
    return jar;
  }
}
