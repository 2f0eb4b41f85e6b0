package io.margay.itests.deploy;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;

/** A component whose activation fails. */
public final class FailingComponent {
  /** For Declarative Services. */
  public FailingComponent() {
    throw new IllegalStateException("no such luck");
  }

  /** Adds its description to a jar. */
  static void describeIn(Path jar, String entry) throws IOException {
    String name = FailingComponent.class.getName();
    try (FileSystem files = FileSystems.newFileSystem(jar)) {
      Files.writeString(files.getPath(entry), "<scr:component xmlns:scr=\"http://www.osgi.org/xmlns/scr/v1.3.0\" name=\"" + name
          + "\" immediate=\"true\"><implementation class=\"" + name + "\"/></scr:component>");
    }
  }
}
