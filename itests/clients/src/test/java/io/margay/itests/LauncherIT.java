package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code bin/margay} starts: a distribution of only what the script looks at, with a Java that prints its arguments. */
class LauncherIT {
  private static final Path HOME = Path.of(System.getProperty("margay.home")).normalize();
  private static final String JAR = "margay-launcher-1.jar";

  @TempDir
  private Path work;

  private Path home;
  private Path java;

  @BeforeEach
  void makeDistribution() throws IOException {
    home = Files.createDirectories(work.resolve("home with a space")).toRealPath();
    Files.createDirectories(home.resolve("bin"));
    Files.createDirectories(home.resolve("etc"));
    Files.createDirectories(home.resolve("lib/cds"));
    Files.copy(HOME.resolve("bin/margay"), home.resolve("bin/margay"));
    Files.writeString(home.resolve("lib").resolve(JAR), "");
    Files.writeString(home.resolve("etc/jvm.options"), "# a comment\n-Done=1\n\n-Dtwo=a  b\n-XX:+UseSerialGC\n-Dlast=1");
    java = Files.createDirectories(work.resolve("java"));
    Files.createDirectories(java.resolve("bin"));
    Path program = java.resolve("bin/java");
    Files.writeString(program, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    Files.writeString(java.resolve("release"), "JAVA_VERSION=\"17.0.1\"\n");
  }

  private List<String> run(Map<String, String> options) {
    Map<String, String> environment = new HashMap<>(Map.of("JAVA_HOME", java.toString(), "MARGAY_DATA", work.resolve("data").toString(),
        "MARGAY_HEAP_OPTS", "", "MARGAY_OPTS", "", "KAFKA_HEAP_OPTS", "", "KAFKA_OPTS", ""));
    environment.putAll(options);
    return Run.of(environment, null, home.resolve("bin/margay").toString(), "run").ok().output().lines().toList();
  }

  private Path archive(String madeAt) throws IOException {
    Path archive = home.resolve("lib/cds/17.0.1-1.jsa");
    Files.writeString(archive, "");
    Files.writeString(home.resolve("lib/cds/17.0.1-1.jsa.home"), madeAt + "\n");
    return archive;
  }

  @Test
  void theOptionsOfTheFileKeepTheirOrderAndTheUsersComeAfterThem() {
    List<String> arguments = run(Map.of("MARGAY_HEAP_OPTS", "-Xmx1g -Xms1g", "MARGAY_OPTS", "-Done=2"));
    assertThat(arguments).containsSubsequence("-Done=1", "-Dtwo=a  b", "-XX:+UseSerialGC", "-Dlast=1", "-Xmx1g", "-Xms1g", "-Done=2",
        "-cp", "io.margay.launcher.Main", "run");
    assertThat(arguments).contains("-Dmargay.home=" + home);
  }

  @Test
  void theUsersCollectorReplacesThatOfTheFile() {
    assertThat(run(Map.of("MARGAY_OPTS", "-XX:+UseZGC"))).contains("-XX:+UseZGC").doesNotContain("-XX:+UseSerialGC");
  }

  @Test
  void anArchiveThatWasMadeHereIsUsed() throws IOException {
    Path archive = archive(home.toString());
    assertThat(run(Map.of())).contains("-XX:SharedArchiveFile=" + archive).doesNotContain("-Dmargay.archive=missing");
  }

  @Test
  void anArchiveThatWasMadeElsewhereIsMadeAgain() throws IOException {
    archive(work.toString());
    assertThat(run(Map.of())).contains("-Dmargay.archive=missing").noneMatch(a -> a.startsWith("-XX:SharedArchiveFile"));
  }

  @Test
  void anArchiveThatIsOlderThanWhatItWasMadeOfIsMadeAgain() throws IOException {
    Path archive = archive(home.toString());
    Files.setLastModifiedTime(archive, FileTime.fromMillis(
        Files.getLastModifiedTime(home.resolve("lib").resolve(JAR)).toMillis() - 60_000));
    assertThat(run(Map.of())).contains("-Dmargay.archive=missing").noneMatch(a -> a.startsWith("-XX:SharedArchiveFile"));
  }
}
