package io.margay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

/** In a framework with nothing in it. */
class ManagedFolderTest {
  @TempDir
  Path directory;
  private final List<String> console = new ArrayList<>();
  private Set<String> looked = new HashSet<>();
  private Path folder;
  private Framework framework;
  private BundleContext context;

  @BeforeEach
  void start() throws Exception {
    folder = Files.createDirectories(directory.resolve("folder"));
    framework = new FrameworkFactory().newFramework(Map.of(Constants.FRAMEWORK_STORAGE, directory.resolve("cache").toString(),
        "felix.log.level", "0"));
    framework.start();
    context = framework.getBundleContext();
  }

  @AfterEach
  void stop() throws Exception {
    framework.stop();
    framework.waitForStop(10_000);
  }

  private Path data() {
    return directory.resolve("deploy");
  }

  private Deployment deployment() {
    return new Deployment(context, data(), new Counters(context), new Limits(0, 3, 1 << 20), ManagedFolder.WHO, line -> { });
  }

  private void handle(String... written) throws Exception {
    List<File> files = new ArrayList<>();
    for (String name : written) {
      files.add(folder.resolve(name).toFile());
    }
    new ManagedFolder(context, folder, data(), deployment(), console::add, looked).handle(files, ManagedFolder.gone(folder, data()));
  }

  /** A start: all files count as written, and the launcher has installed what was deployed. */
  private void restart(String... files) throws Exception {
    looked = new HashSet<>();
    handle(files);
  }

  private void put(String file, String name, String version, String... headers) throws IOException {
    Map<String, String> all = new HashMap<>(Map.of("Bundle-ManifestVersion", "2", "Bundle-SymbolicName", name, "Bundle-Version", version));
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1]);
    }
    Jars.write(folder.resolve(file), all);
  }

  private String version(String name) {
    Bundle bundle = Plan.find(context, name);
    return bundle == null ? null : bundle.getVersion() + (bundle.getState() == Bundle.ACTIVE ? "" : " not active");
  }

  private List<String> history() throws IOException {
    return new History(data()).entries().stream().map(e -> e.who() + ": " + e.what() + " " + e.result().outcome()).toList();
  }

  private String outcome(String file) throws IOException {
    FolderState.Known known = FolderState.load(data()).get(file);
    return known == null ? null : known.outcome();
  }

  @Test
  void aBundleComesIsUpdatedAndGoesWithItsFile() throws Exception {
    put("a.jar", "a", "1.0.0");
    handle("a.jar");
    assertThat(version("a")).isEqualTo("1.0.0");
    put("a.jar", "a", "1.1.0");
    handle("a.jar");
    assertThat(version("a")).isEqualTo("1.1.0");
    Files.delete(folder.resolve("a.jar"));
    handle();
    assertThat(version("a")).isNull();
    assertThat(history()).containsExactly("the folder deploy: a 1.0.0 (new) deployed", "the folder deploy: a 1.0.0 -> 1.1.0 deployed",
        "the folder deploy: a 1.1.0 (removed) deployed");
    assertThat(console).containsExactly("Deployed from the folder: a 1.0.0", "Deployed from the folder: a 1.1.0",
        "Uninstalled, because its file is gone from the folder: a 1.1.0");
    assertThat(FolderState.load(data()).all()).isEmpty();
    deployment().undo();
    assertThat(version("a")).isEqualTo("1.1.0");
  }

  @Test
  void whatWasRolledBackIsNotTriedAgainUntilItIsWrittenAgain() throws Exception {
    put("a.jar", "a", "1.0.0");
    handle("a.jar");
    put("a.jar", "a", "2.0.0", "Bundle-Activator", "no.such.Activator");
    handle("a.jar");
    assertThat(version("a")).isEqualTo("1.0.0");
    assertThat(outcome("a.jar")).isEqualTo(Entry.ROLLED_BACK);
    restart("a.jar");
    Files.copy(folder.resolve("a.jar"), folder.resolve("copy"));
    Files.move(folder.resolve("copy"), folder.resolve("a.jar"), StandardCopyOption.REPLACE_EXISTING);
    restart("a.jar");
    assertThat(history()).as("a start with the same content tries nothing").hasSize(2);
    handle("a.jar");
    assertThat(history()).as("it was written again").hasSize(3);
    put("a.jar", "a", "2.0.1");
    restart("a.jar");
    assertThat(version("a")).isEqualTo("2.0.1");
  }

  @Test
  void whatTheNodeWentDownWithIsNotTriedAgain() throws Exception {
    put("a.jar", "a", "1.0.0");
    handle("a.jar");
    FolderState state = FolderState.load(data());
    state.put(state.get("a.jar").ended(Entry.RUNNING, ""));
    restart("a.jar");
    assertThat(history()).hasSize(1);
    assertThat(outcome("a.jar")).isEqualTo(Entry.ROLLED_BACK);
  }

  @Test
  void bundlesThatNeedEachOtherComeTogetherAndWithoutABadOne() throws Exception {
    put("a.jar", "a", "1.0.0", "Import-Package", "p");
    put("b.jar", "b", "1.0.0", "Export-Package", "p");
    handle("a.jar", "b.jar");
    assertThat(version("a") + version("b")).isEqualTo("1.0.01.0.0");
    put("c.jar", "c", "1.0.0", "Import-Package", "q");
    put("d.jar", "d", "1.0.0", "Export-Package", "q");
    put("e.jar", "e", "1.0.0", "Import-Package", "no.such");
    Files.writeString(folder.resolve("f.jar"), "hello");
    handle("c.jar", "d.jar", "e.jar", "f.jar");
    assertThat(version("c") + version("d")).isEqualTo("1.0.01.0.0");
    assertThat(version("e")).isNull();
    assertThat(List.of(outcome("e.jar"), outcome("f.jar"))).containsOnly(FolderState.REFUSED);
  }

  @Test
  void whatDidNotResolveComesWhenWhatItNeedsHasCome() throws Exception {
    put("a.jar", "a", "1.0.0", "Import-Package", "p");
    handle("a.jar");
    assertThat(version("a")).isNull();
    put("b.jar", "b", "1.0.0", "Export-Package", "p");
    handle("b.jar");
    assertThat(version("a")).isEqualTo("1.0.0");
  }

  @Test
  void aPartOfTheNodeStaysWhenItsFileGoes() throws Exception {
    context.installBundle("part", Files.newInputStream(Jars.write(directory.resolve("part.jar"),
        Map.of("Bundle-ManifestVersion", "2", "Bundle-SymbolicName", "part", "Bundle-Version", "1.0.0")))).start();
    put("part-2.jar", "part", "2.0.0");
    handle("part-2.jar");
    Files.delete(folder.resolve("part-2.jar"));
    handle();
    assertThat(version("part")).isEqualTo("2.0.0");
    deployment().undo();
    assertThat(version("part")).isEqualTo("1.0.0");
  }

  @Test
  void theOtherFileOfABundleCountsWhenOneGoes() throws Exception {
    put("a-1.jar", "a", "1.0.0");
    handle("a-1.jar");
    put("a-2.jar", "a", "2.0.0");
    handle("a-2.jar");
    put("a-copy.jar", "a", "2.0.0");
    handle("a-copy.jar");
    Files.delete(folder.resolve("a-copy.jar"));
    handle();
    assertThat(version("a")).isEqualTo("2.0.0");
    Files.delete(folder.resolve("a-2.jar"));
    handle();
    assertThat(version("a")).isEqualTo("1.0.0");
    Files.delete(folder.resolve("a-1.jar"));
    handle();
    assertThat(version("a")).isNull();
  }

  @Test
  void whatWasDeployedOtherwiseSinceIsLeftAlone() throws Exception {
    put("a.jar", "a", "1.0.0");
    handle("a.jar");
    Path other = Jars.write(directory.resolve("other.jar"), Map.of("Bundle-ManifestVersion", "2", "Bundle-SymbolicName", "a",
        "Bundle-Version", "3.0.0"));
    deployment().deploy(new Arguments(List.of(other), false, -1));
    restart("a.jar");
    assertThat(version("a")).isEqualTo("3.0.0");
    Files.delete(folder.resolve("a.jar"));
    handle();
    assertThat(version("a")).isEqualTo("3.0.0");
  }

  @Test
  void aFolderThatIsNotThereTakesNothingAway() throws Exception {
    put("a.jar", "a", "1.0.0");
    handle("a.jar");
    Files.move(folder, directory.resolve("elsewhere"));
    handle();
    assertThat(version("a")).isEqualTo("1.0.0");
  }
}
