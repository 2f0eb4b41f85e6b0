package io.margay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleFileTest {
  @TempDir
  Path directory;

  private void refused(Path file, String... parts) {
    assertThatThrownBy(() -> BundleFile.read(file)).isInstanceOf(DeployException.class).hasMessageContainingAll(parts)
        .hasToString(assertMessage(file));
  }

  /** Exceptions for users print their message alone. */
  private static String assertMessage(Path file) {
    try {
      BundleFile.read(file);
      throw new AssertionError("was read");
    } catch (DeployException e) {
      return e.getMessage();
    }
  }

  @Test
  void aBundleHasNameAndVersion() throws Exception {
    BundleFile file = BundleFile.read(Jars.bundle(directory.resolve("a.jar"), "org.example.a", "1.2.3"));
    assertThat(file.name()).isEqualTo("org.example.a");
    assertThat(file.version()).hasToString("1.2.3");
    assertThat(file.isFragment()).isFalse();
  }

  @Test
  void aJarThatWasCutOff() throws Exception {
    byte[] whole = Files.readAllBytes(Jars.bundle(directory.resolve("a.jar"), "a", "1"));
    Path cut = Files.write(directory.resolve("cut.jar"), Arrays.copyOf(whole, whole.length / 2));
    refused(cut, cut.toString(), "begins as a jar, but is cut off or damaged", "copy it again");
  }

  @Test
  void aJarWithDamagedContent() throws Exception {
    byte[] whole = Files.readAllBytes(Jars.bundle(directory.resolve("a.jar"), "a", "1"));
    whole[whole.length / 2] ^= 0x55;
    refused(Files.write(directory.resolve("damaged.jar"), whole), "cut off or damaged");
  }

  @Test
  void whatIsNoJar() throws Exception {
    refused(Files.writeString(directory.resolve("text.jar"), "hello"), "is not a jar", "5 bytes");
    refused(Files.createFile(directory.resolve("empty.jar")), "is empty");
    refused(directory, "is a directory");
    refused(directory.resolve("none.jar"), "there is no file");
  }

  @Test
  void aJarThatIsNoBundle() throws Exception {
    refused(Jars.write(directory.resolve("plain.jar"), Map.of("Main-Class", "X")), "not a bundle", "no Bundle-SymbolicName");
    refused(Jars.bundle(directory.resolve("version.jar"), "a", "one"), "Bundle-Version one", "is no version");
  }
}
