package io.margay.itests.architecture;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** Where the source and the classes of the bundles are. */
final class Sources {
  static final Path ROOT = Path.of(System.getProperty("root", "../..")).toAbsolutePath().normalize();
  static final Path MODULE = ROOT.resolve("itests/architecture");
  /** Whether the committed files are written instead of compared. */
  static final boolean WRITE = Boolean.getBoolean("architecture.write");

  private Sources() { }

  /** The names of the bundles that have source of their own. */
  static List<String> bundles() throws IOException {
    try (Stream<Path> directories = Files.list(ROOT.resolve("bundles"))) {
      return directories.filter(d -> Files.isDirectory(d.resolve("src/main/java"))).map(d -> d.getFileName().toString()).sorted()
          .toList();
    }
  }

  /** The classes of a bundle, with its manifest and the descriptions of its components. */
  static Path classes(String bundle) {
    Path classes = ROOT.resolve("bundles").resolve(bundle).resolve("target/classes");
    if (!Files.isDirectory(classes)) {
      throw new IllegalStateException("bundles/" + bundle + " is not built: run mvn install -DskipTests first");
    }
    return classes;
  }

  /** All files of main source that are written by hand. What is built changes while it is read. */
  static List<Path> javaFiles() throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
        return directory.endsWith("target") || directory.endsWith(".git") ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        if (file.toString().endsWith(".java") && file.toString().contains("/src/main/java/")) {
          found.add(file);
        }
        return FileVisitResult.CONTINUE;
      }
    });
    Collections.sort(found);
    return found;
  }
}
