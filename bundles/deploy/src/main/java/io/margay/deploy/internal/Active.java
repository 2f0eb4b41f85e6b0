package io.margay.deploy.internal;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.CRC32;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/**
 * What the launcher installs at the next start in place of jars of the distribution, which it installs at each start. A container that
 * keeps what is installed needs none of this, and then nothing is written. Only deployments that went well come here, so that a node that
 * goes down in the middle of one starts with what was there before.
 *
 * <pre>
 *   NAME.jar        takes the place of the jar of that file name,
 *   NAME.jar.base   as long as that has this size and this checksum (CRC-32), in decimal digits, with a space between
 *   new/BUNDLE.jar  is a bundle that the distribution does not have
 * </pre>
 */
final class Active {
  static final String PROPERTY = "margay.deploy.active";
  private static final String NEW = "new";
  private static final String BASE = ".base";

  private final BundleContext system;
  private final Path directory;

  Active(BundleContext system) {
    String property = system.getProperty(PROPERTY);
    this.system = system;
    this.directory = property == null ? null : Path.of(property);
  }

  /** Whether all bundles are installed at each start. */
  boolean isNeeded() {
    return directory != null;
  }

  /** The bundle is there to stay, or gone. */
  void set(Change change) throws IOException {
    if (directory == null) {
      return;
    }
    Bundle bundle = change.bundle() != null ? change.bundle() : Plan.find(system, change.name());
    String location = bundle == null ? "" : bundle.getLocation();
    boolean ofDistribution = location.startsWith("reference:file:") && !location.contains("/" + NEW + "/");
    Path file = ofDistribution ? directory.resolve(location.substring(location.lastIndexOf('/') + 1))
        : directory.resolve(NEW).resolve(change.name() + ".jar");
    if (change.jar() == null) {
      Files.deleteIfExists(file);
      return;
    }
    Files.createDirectories(file.getParent());
    Path base = ofDistribution ? Path.of(URI.create(location.substring("reference:".length()))) : null;
    if (base != null && !base.startsWith(directory) && Files.exists(base)) {
      byte[] content = Files.readAllBytes(base);
      CRC32 checksum = new CRC32();
      checksum.update(content);
      Files.writeString(file.resolveSibling(file.getFileName() + BASE), content.length + " " + checksum.getValue());
    }
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Files.copy(change.jar(), part, StandardCopyOption.REPLACE_EXISTING);
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
