package io.margay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.BundleWiring;

/** In a framework with nothing in it, which keeps what is installed. */
class DeploymentTest {
  private static final int COPIES = 3;
  @TempDir
  Path directory;
  private final List<String> lines = new ArrayList<>();
  private Framework framework;
  private BundleContext context;
  private Deployment deployment;

  @BeforeEach
  void start() throws Exception {
    framework = new FrameworkFactory().newFramework(Map.of(Constants.FRAMEWORK_STORAGE, directory.resolve("cache").toString(),
        "felix.log.level", "0"));
    framework.start();
    context = framework.getBundleContext();
    deployment = new Deployment(context, directory.resolve("deploy"), new Counters(context), new Limits(0, COPIES, 1 << 20), "ann", lines::add);
  }

  @AfterEach
  void stop() throws Exception {
    framework.stop();
    framework.waitForStop(10_000);
  }

  private Path bundle(String name, String version, String... headers) throws IOException {
    Map<String, String> all = new HashMap<>(Map.of("Bundle-ManifestVersion", "2", "Bundle-SymbolicName", name, "Bundle-Version", version));
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1]);
    }
    return Jars.write(directory.resolve(name + "-" + version + ".jar"), all);
  }

  private void deploy(Path... files) throws Exception {
    deployment.deploy(new Arguments(List.of(files), false, -1));
  }

  private void refused(String[] parts, Path... files) {
    Bundle[] before = context.getBundles();
    assertThatThrownBy(() -> deploy(files)).isInstanceOf(DeployException.class).hasMessageContainingAll(parts);
    assertThat(context.getBundles()).as("nothing was changed").containsExactly(before);
  }

  private String version(String name) {
    Bundle bundle = Plan.find(context, name);
    return bundle == null ? null : bundle.getVersion() + (bundle.getState() == Bundle.ACTIVE ? "" : " not active");
  }

  private Entry last() throws IOException {
    List<Entry> entries = new History(directory.resolve("deploy")).entries();
    return entries.get(entries.size() - 1);
  }

  @Test
  void aNewBundleComesAndIsTakenAwayAgain() throws Exception {
    deploy(bundle("a", "1.0.0"));
    assertThat(version("a")).isEqualTo("1.0.0");
    assertThat(lines).contains("a 1.0.0 (new)", "Deployed a 1.0.0 (new). deploy:undo goes back.");
    deployment.undo();
    assertThat(version("a")).isNull();
    assertThat(last().what()).isEqualTo("a 1.0.0 (removed)");
    assertThatThrownBy(() -> deployment.undo()).hasMessageContaining("there is no deployment to undo");
  }

  @Test
  void aDryRunChangesNothing() throws Exception {
    deployment.deploy(new Arguments(List.of(bundle("a", "1.0.0")), true, -1));
    assertThat(context.getBundles()).hasSize(1);
    assertThat(lines).containsExactly("a 1.0.0 (new)", "Resolves against what is installed.", "No other bundle is refreshed.",
        "Nothing was changed, as asked for.");
  }

  @Test
  void undoGoesBackStepByStepAsLongAsThereAreCopies() throws Exception {
    for (int i = 0; i <= 5; i++) {
      deploy(bundle("a", "1." + i));
    }
    try (Stream<Path> copies = Files.list(directory.resolve("deploy/kept"))) {
      assertThat(copies).hasSize(COPIES);
    }
    deployment.undo();
    assertThat(version("a")).isEqualTo("1.4.0");
    deployment.undo();
    assertThat(version("a")).isEqualTo("1.3.0");
    assertThatThrownBy(() -> deployment.undo()).hasMessageContaining("the copy of a 1.2.0 was deleted");
    assertThat(version("a")).isEqualTo("1.3.0");
    context.installBundle("other", Files.newInputStream(bundle("b", "1.0")));
    Plan.find(context, "a").uninstall();
    assertThatThrownBy(() -> deployment.undo()).hasMessageContaining("a 1.3.0 is not installed any more");
  }

  @Test
  void whatCannotStartIsRolledBack() throws Exception {
    deploy(bundle("a", "1.0.0"));
    assertThatThrownBy(() -> deploy(bundle("a", "2.0.0", "Bundle-Activator", "no.such.Activator")))
        .hasMessageContaining("rolled back a 1.0.0 -> 2.0.0").hasMessageContaining("cannot start a 2.0.0")
        .hasMessageContaining("The old version runs again");
    assertThat(version("a")).isEqualTo("1.0.0");
    assertThat(last().result().outcome()).isEqualTo(Entry.ROLLED_BACK);
    assertThatThrownBy(() -> deploy(bundle("b", "2.0.0", "Bundle-Activator", "no.such.Activator"))).hasMessageContaining("rolled back");
    assertThat(version("b")).as("it was new").isNull();
  }

  @Test
  void whatDoesNotResolveIsRefused() throws Exception {
    deploy(bundle("provider", "1.0.0", "Export-Package", "p;version=1.2"));
    refused(new String[] {"user 1.0.0 needs package no.such, which no bundle exports", "Nothing was changed"},
        bundle("user", "1.0.0", "Import-Package", "no.such"));
    refused(new String[] {"needs package p [2.0.0,3.0.0); installed is 1.2.0 of provider: build it against what is installed, or deploy both"},
        bundle("user", "1.0.0", "Import-Package", "p;version=\"[2,3)\""));
    refused(new String[] {"has a manifest that cannot be used"}, bundle("user", "1.0.0", "Import-Package", "p,p"));
    refused(new String[] {"a is named twice"}, bundle("a", "1.0.0"), bundle("a", "2.0.0"));
    refused(new String[] {"is the framework itself"}, bundle(framework.getSymbolicName(), "9.0.0"));
    deploy(bundle("user", "1.0.0", "Import-Package", "p;version=\"[2,3)\""), bundle("provider", "2.0.0", "Export-Package", "p;version=2.0"));
    assertThat(version("user")).isEqualTo("1.0.0");
  }

  @Test
  void whatOthersUseIsReplacedWithThem() throws Exception {
    deploy(bundle("provider", "1.0.0", "Export-Package", "p;version=1.2"));
    deploy(bundle("user", "1.0.0", "Import-Package", "p;version=\"[1.2,2)\""));
    refused(new String[] {"would leave user without what it uses: user needs package p [1.2.0,2.0.0); installed is 2.0.0"},
        bundle("provider", "2.0.0", "Export-Package", "p;version=2.0"));
    lines.clear();
    deploy(bundle("provider", "1.1.0", "Export-Package", "p;version=1.3"));
    assertThat(lines).contains("Other bundles use its packages, and 1 are stopped and started again: user");
    assertThat(version("user")).isEqualTo("1.0.0");
    assertThat(Plan.find(context, "user").adapt(BundleWiring.class).getRequiredWires(null).get(0).getProvider().getBundle().getVersion())
        .hasToString("1.1.0");
  }

  @Test
  void severalVersionsOfABundleAreNotReplaced() throws Exception {
    context.installBundle("one", Files.newInputStream(bundle("a", "1.0.0")));
    context.installBundle("two", Files.newInputStream(bundle("a", "2.0.0")));
    refused(new String[] {"several versions of a are installed"}, bundle("a", "3.0.0"));
    deploy(bundle("a", "2.0.0"));
    assertThat(context.getBundle("two").getState()).isEqualTo(Bundle.ACTIVE);
  }

  /** The framework keeps the new version, which nobody has watched. */
  @Test
  void aDeploymentThatDidNotEndIsTakenBackAtTheNextStart() throws Exception {
    deploy(bundle("a", "1.0.0"));
    deploy(bundle("a", "2.0.0"));
    Entry ended = last();
    History history = new History(directory.resolve("deploy"));
    history.begin(new Entry(7, ended.when(), "ann", ended.bundles(), 0, Entry.Result.NONE));
    context.installBundle("io.margay.deploy.trial:0", Files.newInputStream(bundle("left.over", "1.0.0")));
    deployment.recover();
    assertThat(version("a")).isEqualTo("1.0.0");
    assertThat(version("left.over")).isNull();
    assertThat(last().result()).isEqualTo(new Entry.Result(0, 0, Entry.ROLLED_BACK, "the node stopped in the middle of the deployment"));
    deployment.recover();
    assertThat(history.entries()).hasSize(3);
  }
}
