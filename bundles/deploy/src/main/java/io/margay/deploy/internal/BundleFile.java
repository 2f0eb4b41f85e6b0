package io.margay.deploy.internal;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipException;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;

/**
 * A file that was read to its end and is a bundle.
 *
 * @param path where it is
 * @param name its symbolic name
 * @param version its version
 * @param manifest its manifest
 */
record BundleFile(Path path, String name, Version version, Manifest manifest) {
  private static final int ZIP_MAGIC = 0x504b0304;

  /** @throws DeployException when it is not a bundle, with a message that says why */
  static BundleFile read(Path path) throws DeployException {
    if (Files.isDirectory(path)) {
      throw new DeployException(path + " is a directory; name the jar");
    }
    if (!Files.isReadable(path)) {
      throw new DeployException(Files.exists(path) ? "cannot read " + path + ": permission denied" : "there is no file " + path);
    }
    try (JarFile jar = new JarFile(path.toFile())) {
      readEntries(jar);
      Manifest manifest = jar.getManifest();
      if (manifest == null) {
        throw new DeployException(path + " has no manifest, so it is not a bundle; build it with bnd");
      }
      return of(path, manifest);
    } catch (ZipException | EOFException e) {
      throw new DeployException(noJar(path, e));
    } catch (IOException | SecurityException e) {
      throw new DeployException("cannot read " + path + ": " + DeployException.reason(e));
    }
  }

  private static BundleFile of(Path path, Manifest manifest) throws DeployException {
    String name = header(manifest, Constants.BUNDLE_SYMBOLICNAME);
    if (name == null) {
      throw new DeployException(path + " is a jar, but not a bundle: its manifest has no Bundle-SymbolicName; build it with bnd");
    }
    String version = header(manifest, Constants.BUNDLE_VERSION);
    try {
      return new BundleFile(path, name.split(";")[0].strip(), Version.parseVersion(version), manifest);
    } catch (IllegalArgumentException e) {
      throw new DeployException(path + " has the Bundle-Version " + version + ", which is no version; expected NUMBER.NUMBER.NUMBER");
    }
  }

  /** All of it: the checksums of its entries, which JarFile does not compare, show what was damaged. */
  private static void readEntries(JarFile jar) throws IOException {
    for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements();) {
      JarEntry entry = entries.nextElement();
      CRC32 checksum = new CRC32();
      try (InputStream in = jar.getInputStream(entry)) {
        in.transferTo(new CheckedOutputStream(OutputStream.nullOutputStream(), checksum));
      }
      if (entry.getCrc() != -1 && entry.getCrc() != checksum.getValue()) {
        throw new ZipException("wrong checksum of " + entry.getName());
      }
    }
  }

  private static String noJar(Path path, IOException why) throws DeployException {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] begin = in.readNBytes(4);
      long size = Files.size(path);
      if (size == 0) {
        return path + " is empty; copy it again";
      }
      int magic = begin.length < 4 ? 0 : (begin[0] & 0xff) << 24 | (begin[1] & 0xff) << 16 | (begin[2] & 0xff) << 8 | begin[3] & 0xff;
      return magic == ZIP_MAGIC
          ? path + " begins as a jar, but is cut off or damaged (" + size + " bytes, " + why.getMessage() + "); copy it again"
          : path + " is not a jar: it does not begin as one (" + size + " bytes)";
    } catch (IOException e) {
      throw new DeployException("cannot read " + path + ": " + DeployException.reason(e));
    }
  }

  String header(String header) {
    return header(manifest, header);
  }

  private static String header(Manifest manifest, String header) {
    return manifest.getMainAttributes().getValue(header);
  }

  boolean isFragment() {
    return header(Constants.FRAGMENT_HOST) != null;
  }
}
