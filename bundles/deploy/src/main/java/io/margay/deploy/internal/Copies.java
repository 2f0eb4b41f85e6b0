package io.margay.deploy.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.osgi.framework.Bundle;

/**
 * Copies of bundles that were replaced, the newest ones, in a directory that is bounded in files and bytes. A copy is made of what is
 * installed, entry by entry, wherever that came from.
 */
final class Copies {
  private final Path directory;

  Copies(Path directory) {
    this.directory = directory;
  }

  /** Copies a file to where nobody else changes it. @return the copy */
  Path take(Path file, String name) throws IOException {
    Path copy = Files.createDirectories(directory).resolve(name + ".jar");
    return Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
  }

  /** @param name the name of the copy, without its ending; begins with the time, so that the order of names is that of age */
  Path keep(Bundle bundle, String name) throws IOException {
    Path copy = Files.createDirectories(directory).resolve(name + ".jar");
    Path part = directory.resolve(name + ".part");
    List<String> paths = new ArrayList<>();
    collect(bundle, "", paths);
    // where a reader of streams looks for it
    paths.remove("META-INF/");
    paths.remove(JarFile.MANIFEST_NAME);
    paths.add(0, JarFile.MANIFEST_NAME);
    paths.add(0, "META-INF/");
    try (OutputStream file = Files.newOutputStream(part); ZipOutputStream out = new ZipOutputStream(file)) {
      for (String path : paths) {
        URL content = path.endsWith("/") ? null : bundle.getEntry(path);
        if (content != null || path.endsWith("/")) {
          out.putNextEntry(new ZipEntry(path));
          if (content != null) {
            try (InputStream in = content.openStream()) {
              in.transferTo(out);
            }
          }
        }
      }
    }
    return Files.move(part, copy, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void collect(Bundle bundle, String directory, List<String> into) {
    Enumeration<String> paths = bundle.getEntryPaths(directory.isEmpty() ? "/" : directory);
    for (String path : paths == null ? List.<String>of() : Collections.list(paths)) {
      String relative = path.startsWith("/") ? path.substring(1) : path;
      if (!relative.isEmpty() && !into.contains(relative)) {
        into.add(relative);
        if (relative.endsWith("/")) {
          collect(bundle, relative, into);
        }
      }
    }
  }

  /**
   * Deletes the oldest copies.
   *
   * @param files how many are left at most
   * @param bytes how many bytes they have at most
   * @param needed are left in any case
   */
  void trim(int files, long bytes, List<Path> needed) throws IOException {
    List<Path> all;
    try (Stream<Path> list = Files.list(directory)) {
      all = new ArrayList<>(list.filter(f -> f.toString().endsWith(".jar")).toList());
    } catch (NoSuchFileException e) {
      return;
    }
    all.sort(Comparator.comparing((Path f) -> f.getFileName().toString()).reversed());
    long sum = 0;
    int count = 0;
    for (Path copy : all) {
      sum += Files.size(copy);
      count++;
      if ((count > files || sum > bytes) && !needed.contains(copy)) {
        sum -= Files.size(copy);
        count--;
        Files.delete(copy);
      }
    }
  }
}
