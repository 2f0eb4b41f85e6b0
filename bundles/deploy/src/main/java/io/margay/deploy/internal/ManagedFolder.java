package io.margay.deploy.internal;

import io.margay.deploy.internal.FolderState.Known;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Version;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deploys what is put into a folder, with the checks, the watch and the way back of the command, and uninstalls a bundle that came
 * with a file when the file goes. A file that was rolled back stays where it is and is not tried again until it is written again; after a
 * start only other content counts as written again. Used by one thread at a time, which holds the lock of deployments.
 */
final class ManagedFolder {
  /** Who asks for it, in the history. */
  static final String WHO = "the folder deploy";
  private static final Logger LOG = LoggerFactory.getLogger(ManagedFolder.class);

  private final BundleContext system;
  private final Path folder;
  private final Path directory;
  private final Deployment deployment;
  private final Consumer<String> console;
  private final Set<String> looked;
  private FolderState state;

  /**
   * @param system the context of the framework itself
   * @param folder where the files are
   * @param directory where the node keeps what it knows of them
   * @param deployment for each of them
   * @param console gets a line about what was deployed; what was not is a warning in the log, which a console shows
   * @param looked names of files that were handled since the start, which this changes
   */
  ManagedFolder(BundleContext system, Path folder, Path directory, Deployment deployment, Consumer<String> console,
      Set<String> looked) {
    this.system = system;
    this.folder = folder;
    this.directory = directory;
    this.deployment = deployment;
    this.console = console;
    this.looked = looked;
  }

  /** Files that are gone although the node has deployed them. */
  static Set<String> gone(Path folder, Path directory) throws IOException {
    if (!Files.isDirectory(folder)) { // not mounted, perhaps
      return Set.of();
    }
    return FolderState.load(directory).all().stream().map(Known::file).filter(name -> !Files.exists(folder.resolve(name)))
        .collect(Collectors.toSet());
  }

  /**
   * Brings the node to what is in the folder.
   *
   * @param written files that are new or were written again
   * @param gone files that are there no more
   */
  void handle(List<File> written, Set<String> gone) throws IOException, InterruptedException {
    state = FolderState.load(directory);
    Map<String, BundleFile> todo = new LinkedHashMap<>();
    for (String name : gone) {
      if (state.get(name) != null && !Files.exists(folder.resolve(name))) {
        remove(state.get(name), todo);
      }
    }
    for (File file : written.stream().sorted(Comparator.comparing(File::lastModified)).toList()) {
      boolean first = looked.add(file.getName());
      if (!first || isToBeTried(file)) {
        read(file, todo);
      }
    }
    if (!todo.isEmpty()) {
      Map<String, String> known = new LinkedHashMap<>();
      for (Known refused : state.all()) {
        if (refused.isRefused() && !refused.bundle().isEmpty() && !todo.containsKey(refused.file())) {
          known.put(refused.file(), refused.why());
          read(folder.resolve(refused.file()).toFile(), todo);
        }
      }
      deploy(todo, known);
    }
  }

  /** After a start, by content: a copy of the same content, as in a container that starts again, is no news. */
  private boolean isToBeTried(File file) throws IOException {
    Known known = state.get(file.getName());
    if (known == null || !known.content().equals(content(file.toPath()))) {
      return true;
    }
    if (known.outcome().equals(Entry.RUNNING)) {
      known = known.ended(Entry.ROLLED_BACK, "the node stopped in the middle of the deployment");
      state.put(known);
    }
    if (known.isDeployed()) {
      if (!isInstalled(known)) {
        LOG.info("Something else was deployed since the file, leaving it alone file={} bundle={} version={}", file, known.bundle(), known.version());
      }
    } else if (!known.isRefused()) {
      LOG.warn("Not trying {} again, because it was {}: {}; write the file again to try it", file, known.outcome(), known.why());
    }
    return known.isRefused();
  }

  private boolean isInstalled(Known known) {
    Bundle bundle = Plan.find(system, known.bundle());
    return bundle != null && bundle.getVersion().toString().equals(known.version());
  }

  private void read(File file, Map<String, BundleFile> todo) {
    try {
      todo.put(file.getName(), BundleFile.read(file.toPath()));
    } catch (DeployException e) {
      LOG.warn("Cannot deploy what is in the folder: {}", e.getMessage());
      try {
        state.put(new Known(file.getName(), content(file.toPath()), "", "", false, FolderState.REFUSED, e.getMessage()));
      } catch (IOException gone) {
        LOG.warn("Cannot write down what became of a file of the folder file={} error={}", file, gone.toString());
      }
    }
  }

  private static String content(Path file) throws IOException {
    CRC32 checksum = new CRC32();
    byte[] piece = new byte[8192];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        checksum.update(piece, 0, n);
      }
    }
    return Files.size(file) + " " + checksum.getValue();
  }

  /**
   * All in one step, because they may need each other; if that does not go well, each by itself, as long as one of them gets on.
   *
   * @param known why files were refused before, which has been told
   */
  private void deploy(Map<String, BundleFile> todo, Map<String, String> known) throws IOException, InterruptedException {
    Map<String, BundleFile> left = new LinkedHashMap<>(todo);
    Map<String, String> refused = new LinkedHashMap<>();
    if (left.size() > 1 && deploy(List.copyOf(left.values())).isDeployed()) {
      return;
    }
    boolean progress = true;
    while (progress && !left.isEmpty()) {
      progress = false;
      for (String name : List.copyOf(left.keySet())) {
        Known now = deploy(List.of(left.get(name)));
        if (now.isRefused()) {
          refused.put(name, now.why());
        } else {
          left.remove(name);
          refused.remove(name);
          progress |= now.isDeployed();
        }
      }
    }
    refused.entrySet().removeIf(e -> e.getValue().equals(known.get(e.getKey())));
    refused.forEach((name, why) -> LOG.warn("Cannot deploy the bundle {} {} of the folder: {} file={}", left.get(name).name(),
        left.get(name).version(), line(why), folder.resolve(name)));
  }

  /** @return what became of the last of them */
  private Known deploy(List<BundleFile> files) throws IOException, InterruptedException {
    List<Known> begun = new ArrayList<>();
    for (BundleFile file : files) {
      Bundle installed = Plan.find(system, file.name());
      boolean added = installed == null || state.all().stream().anyMatch(k -> k.added() && k.bundle().equals(file.name()));
      Known known = new Known(file.path().getFileName().toString(), content(file.path()), file.name(), file.version().toString(), added,
          Entry.RUNNING, "");
      begun.add(known);
      state.put(known);
    }
    String outcome = Entry.DEPLOYED;
    String why = "";
    deployment.watchUntil(() -> files.stream().noneMatch(file -> Files.exists(file.path())));
    try {
      deployment.deploy(new Arguments(files.stream().map(BundleFile::path).toList(), false, -1));
    } catch (DeployException e) {
      outcome = e.outcome();
      why = e.getMessage();
    } catch (IOException | RuntimeException | LinkageError e) {
      LOG.error("Cannot deploy what is in the folder files={}", files, e);
      outcome = FolderState.REFUSED;
      why = e.toString();
    }
    for (Known known : begun) {
      state.put(known.ended(outcome, why));
    }
    tell(files, outcome, why);
    return state.get(begun.get(begun.size() - 1).file());
  }

  private void tell(List<BundleFile> files, String outcome, String why) {
    String what = files.stream().map(f -> f.name() + " " + f.version()).collect(Collectors.joining(", "));
    List<Path> paths = files.stream().map(BundleFile::path).toList();
    if (outcome.equals(Entry.DEPLOYED)) {
      List<String> waiting = new ArrayList<>();
      NodeState.read(system).waiting().forEach((component, what2) -> {
        if (files.stream().anyMatch(f -> component.startsWith(f.name() + "/"))) {
          waiting.add(component + " waits for " + what2);
        }
      });
      LOG.info("Deployed from the folder bundles={} files={}", what, paths);
      console.accept("Deployed from the folder: " + what);
      if (!waiting.isEmpty()) {
        LOG.warn("The bundle {} of the folder is deployed and does not work yet: {}", what, String.join("; ", waiting));
      }
    } else if (!outcome.equals(FolderState.REFUSED)) {
      LOG.warn("Took back what is in the folder: {} The file stays and is not tried again until it is written again: {}", line(why), paths);
    }
  }

  private static String line(String text) {
    return text.replaceAll("\\s*\n\\s*", " ");
  }

  /** Uninstalls what a file brought, unless another file of the folder has it, too; then that one counts. */
  private void remove(Known known, Map<String, BundleFile> todo) throws IOException, InterruptedException {
    state.remove(known.file());
    if (!known.isDeployed()) {
      return;
    }
    if (!isInstalled(known)) {
      LOG.info("A file of the folder is gone; something else was deployed since file={} bundle={}", known.file(), known.bundle());
      return;
    }
    Known other = state.all().stream().filter(k -> k.bundle().equals(known.bundle()) && Files.exists(folder.resolve(k.file())))
        .max(Comparator.<Known, Boolean>comparing(k -> k.version().equals(known.version()))
            .thenComparing(k -> Version.parseVersion(k.version()))).orElse(null);
    if (other != null) {
      if (!other.version().equals(known.version())) {
        read(folder.resolve(other.file()).toFile(), todo);
      }
    } else if (known.added()) {
      try {
        deployment.remove(known.bundle());
        LOG.info("Uninstalled a bundle, because its file is gone from the folder bundle={} version={}", known.bundle(), known.version());
        console.accept("Uninstalled, because its file is gone from the folder: " + known.bundle() + " " + known.version());
      } catch (DeployException e) {
        LOG.warn("Cannot uninstall {}, whose file is gone from the folder: {}", known.bundle(), e.getMessage());
      }
    } else {
      LOG.warn("The file {} is gone from the folder; {} {} stays, because it is a part of the node; deploy:undo goes back to the version before",
          known.file(), known.bundle(), known.version());
    }
  }
}
