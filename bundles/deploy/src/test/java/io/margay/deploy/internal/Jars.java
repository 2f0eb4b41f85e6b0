package io.margay.deploy.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/** Makes jars. */
final class Jars {
  private Jars() { }

  /** A jar with these headers and an entry of many bytes. */
  static Path write(Path jar, Map<String, String> headers) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.forEach(manifest.getMainAttributes()::putValue);
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      out.putNextEntry(new ZipEntry("content.txt"));
      for (int i = 0; i < 10_000; i++) {
        out.write(Integer.toString(i).getBytes());
      }
    }
    return jar;
  }

  /** A bundle. */
  static Path bundle(Path jar, String name, String version) throws IOException {
    return write(jar, Map.of("Bundle-ManifestVersion", "2", "Bundle-SymbolicName", name + ";singleton:=true", "Bundle-Version", version));
  }
}
