package io.margay.deploy.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Version;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One deployment, from the checks to the line in the history. It holds nothing of a bundle that may be replaced, this one included: its
 * context is that of the framework, and its thread its own.
 */
final class Deployment {
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);
  private static final DateTimeFormatter NAME_TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS").withZone(ZoneOffset.UTC);
  private static final long START_MS = 10_000;
  private static final long LOOK_MS = 10;

  private final BundleContext system;
  private final Path directory;
  private final Counters counters;
  private final Limits limits;
  private final String who;
  private final Consumer<String> progress;
  private final Copies kept;
  private final Copies work;
  private final History history;
  private BooleanSupplier enough = () -> false;

  /**
   * @param system the context of the framework itself
   * @param directory where copies and history are
   * @param counters the server's
   * @param limits the settings
   * @param who the user who asks
   * @param progress gets lines for that user
   */
  Deployment(BundleContext system, Path directory, Counters counters, Limits limits, String who, Consumer<String> progress) {
    this.system = system;
    this.counters = counters;
    this.directory = directory;
    this.limits = limits;
    this.who = who;
    this.progress = progress;
    this.kept = new Copies(directory.resolve("kept"));
    this.work = new Copies(directory.resolve("new"));
    this.history = new History(directory);
  }

  /** @param done whether what is deployed needs no more watching, because it is no longer wanted */
  void watchUntil(BooleanSupplier done) {
    enough = done;
  }

  /** Replaces bundles. @throws DeployException when that was refused or taken back */
  void deploy(Arguments arguments) throws DeployException, IOException, InterruptedException {
    List<BundleFile> files = new ArrayList<>();
    for (Path path : arguments.files()) {
      files.add(BundleFile.read(path));
    }
    if (arguments.dryRun()) {
      Plan.of(system, files).lines().forEach(progress);
      progress.accept("Nothing was changed, as asked for.");
      return;
    }
    // Copies of our own: what was checked is what is installed, and the user may write his files again.
    List<BundleFile> own = new ArrayList<>();
    for (BundleFile file : files) {
      own.add(new BundleFile(work.take(file.path(), file.name()), file.name(), file.version(), file.manifest()));
    }
    try {
      Plan plan = Plan.of(system, own);
      plan.lines().forEach(progress);
      run(plan, arguments.watchMs() < 0 ? limits.watchMs() : arguments.watchMs(), 0);
    } finally {
      for (BundleFile file : own) {
        Files.deleteIfExists(file.path());
      }
    }
  }

  /** Puts back what the last deployment replaced. */
  void undo() throws DeployException, IOException, InterruptedException {
    Entry last = history.toUndo().orElseThrow(() -> new DeployException("there is no deployment to undo; deploy:history lists them"));
    List<Change> changes = new ArrayList<>();
    List<BundleFile> files = new ArrayList<>();
    for (Entry.Replaced b : last.bundles()) {
      Bundle installed = Plan.find(system, b.name());
      if (!b.to().equals(installed == null ? "" : installed.getVersion().toString())) {
        throw new DeployException("cannot undo deployment " + last.id() + ": " + b.name() + (b.to().isEmpty() ? " was removed, and now there is "
            : " " + b.to() + " is not installed any more, but ") + (installed == null ? "nothing of that name" : installed.getVersion()));
      }
      BundleFile copy = b.kept().isEmpty() ? null : copy(last, b);
      if (copy != null) {
        files.add(copy);
      }
      changes.add(new Change(b.name(), installed, installed == null ? null : installed.getVersion(), copy == null ? null : copy.path(),
          copy == null ? null : copy.version(), null));
    }
    Plan plan = files.size() == changes.size() ? Plan.of(system, files) : Plan.of(system, changes, false);
    progress.accept("Undoes deployment " + last.id() + " of " + last.when() + " by " + last.who() + ".");
    plan.lines().forEach(progress);
    run(plan, limits.watchMs(), last.id());
  }

  /** Uninstalls a bundle, because that is asked for: neither watched nor taken back, whatever waits for it. */
  void remove(String name) throws DeployException, IOException {
    OwnClasses.load();
    Bundle bundle = Plan.find(system, name);
    Instant now = Instant.now();
    Path copy = kept.keep(bundle, NAME_TIME.format(now) + "-" + name + "-" + bundle.getVersion());
    Change change = new Change(name, bundle, bundle.getVersion(), null, null, copy);
    Plan plan = Plan.of(system, List.of(change), false);
    Entry entry = entry(now, List.of(new Entry.Replaced(name, text(change.from()), "", copy.getFileName().toString())), 0);
    history.begin(entry);
    long began = System.nanoTime();
    try {
      new Swap(system).run(plan);
    } catch (DeployException e) {
      finish(entry.ended(new Entry.Result(0, 0, Entry.FAILED, e.getMessage())), plan);
      throw e;
    }
    new Active(system).set(change);
    finish(entry.ended(new Entry.Result(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began), 0, Entry.DEPLOYED, "")), plan);
  }

  private Entry entry(Instant now, List<Entry.Replaced> replaced, long undoes) throws IOException {
    return new Entry(history.nextId(), now.truncatedTo(ChronoUnit.SECONDS).toString(), who, replaced, undoes, Entry.Result.NONE);
  }

  private BundleFile copy(Entry last, Entry.Replaced b) throws DeployException {
    Path copy = directory.resolve("kept").resolve(b.kept());
    if (!Files.exists(copy)) {
      throw new DeployException("cannot undo deployment " + last.id() + ": the copy of " + b.name() + " " + b.from()
          + " was deleted, because only " + limits.copies() + " are kept (margay.deploy.copies, margay.deploy.copies.bytes); deploy its jar");
    }
    return BundleFile.read(copy);
  }

  /** The node went down in the middle of a deployment. If the new version is there, nobody has watched it: puts the old one back. */
  void recover() throws IOException, InterruptedException {
    Trial.removeLeftOver(system);
    Entry entry = history.interrupted().orElse(null);
    if (entry == null) {
      return;
    }
    String why = "the node stopped in the middle of the deployment";
    List<Change> back = new ArrayList<>();
    for (Entry.Replaced b : entry.bundles()) {
      Bundle installed = Plan.find(system, b.name());
      Path copy = b.kept().isEmpty() ? null : directory.resolve("kept").resolve(b.kept());
      if (!new Active(system).isNeeded() && installed != null && installed.getVersion().toString().equals(b.to())
          && (copy == null || Files.exists(copy))) {
        back.add(new Change(b.name(), installed, installed.getVersion(), copy, copy == null ? null : Version.parseVersion(b.from()), null));
      }
    }
    String problem = back.isEmpty() ? null : swap(Plan.of(system, back, false), NodeState.read(system));
    LOG.warn("A deployment did not end before the node stopped; the old version is in place bundles={} problem={}", entry.what(), problem);
    history.end(entry.ended(new Entry.Result(0, 0, problem == null ? Entry.ROLLED_BACK : Entry.FAILED, problem == null ? why
        : why + "; going back: " + problem)));
  }

  private void run(Plan asked, long watchMs, long undoes) throws DeployException, IOException, InterruptedException {
    OwnClasses.load();
    Instant now = Instant.now();
    List<Change> changes = new ArrayList<>();
    List<Entry.Replaced> replaced = new ArrayList<>();
    for (Change c : asked.changes()) {
      Path copy = c.bundle() == null ? null : kept.keep(c.bundle(), NAME_TIME.format(now) + "-" + c.name() + "-" + c.from());
      changes.add(c.keeping(copy));
      replaced.add(new Entry.Replaced(c.name(), text(c.from()), text(c.to()), copy == null ? "" : copy.getFileName().toString()));
    }
    Plan plan = new Plan(changes, asked.refreshed(), asked.refresh());
    Entry entry = entry(now, replaced, undoes);
    history.begin(entry);
    LOG.info("Deploying bundles={} who={}", plan.text(), who);
    Watch watch = new Watch(system, counters);
    NodeState before = watch.state();
    long began = System.nanoTime();
    String problem = swap(plan, before);
    long pauseMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    if (problem == null) {
      progress.accept("Replaced in " + pauseMs + " ms.");
      problem = watch(watch, plan, watchMs);
    }
    long errors = watch.errors();
    if (problem == null) {
      Active active = new Active(system);
      for (Change c : plan.changes()) {
        active.set(c);
      }
      finish(entry.ended(new Entry.Result(pauseMs, errors, Entry.DEPLOYED, "")), plan);
      progress.accept("Deployed " + plan.text() + ". deploy:undo goes back.");
      return;
    }
    goBack(entry, plan, before, pauseMs, errors, problem);
  }

  private static String text(Object version) {
    return version == null ? "" : version.toString();
  }

  /** @return what is wrong now, or null */
  private String swap(Plan plan, NodeState before) throws InterruptedException {
    try {
      new Swap(system).run(plan);
      return awaitAll(plan, before);
    } catch (DeployException e) {
      return e.getMessage();
    } catch (RuntimeException | LinkageError e) {
      LOG.error("Replacing bundles failed bundles={}", plan.text(), e);
      return e.toString();
    }
  }

  private String watch(Watch watch, Plan plan, long watchMs) throws InterruptedException {
    try {
      return watch.run(plan.changes(), watchMs, progress, enough);
    } catch (RuntimeException | LinkageError e) { // what nobody can watch does not stay
      LOG.error("Watching what was deployed failed bundles={}", plan.text(), e);
      return "it cannot be watched: " + e;
    }
  }

  /** Waits until all that worked before works again. @return what does not, or null */
  private String awaitAll(Plan plan, NodeState before) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MS);
    for (;;) {
      NodeState now = NodeState.read(system);
      List<String> failures = now.failures(before);
      List<String> missing = now.missing(before, plan.changes());
      if (missing.isEmpty()) {
        return null;
      }
      if (!failures.isEmpty()) {
        return String.join("; ", failures);
      }
      if (System.nanoTime() - end > 0) {
        return String.join("; ", missing) + " (after " + START_MS + " ms)";
      }
      Thread.sleep(LOOK_MS);
    }
  }

  private void goBack(Entry entry, Plan plan, NodeState before, long pauseMs, long errors, String problem)
      throws DeployException, IOException, InterruptedException {
    progress.accept("Going back, because the new version does worse: " + problem);
    LOG.warn("Going back to the old version bundles={} why={}", plan.text(), problem);
    List<Change> back = new ArrayList<>();
    for (Change c : plan.changes()) {
      Bundle now = c.bundle() != null ? c.bundle() : Plan.find(system, c.name());
      if (now != null) {
        back.add(new Change(c.name(), now, now.getVersion(), c.kept(), c.from(), null));
      }
    }
    long began = System.nanoTime();
    String again = swap(Plan.of(system, back, plan.refresh()), before);
    long backMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    if (again == null) {
      finish(entry.ended(new Entry.Result(pauseMs + backMs, errors, Entry.ROLLED_BACK, problem)), plan);
      throw new DeployException("rolled back " + plan.text() + ", because the new version did worse: " + problem
          + "\nThe old version runs again, after " + backMs + " ms.", Entry.ROLLED_BACK);
    }
    LOG.error("The old version is not well either bundles={} why={}", plan.text(), again);
    finish(entry.ended(new Entry.Result(pauseMs + backMs, errors, Entry.FAILED, problem + "; going back: " + again)), plan);
    throw new DeployException("the new version did worse: " + problem + "\nThe old version was put back, and that is not well either: " + again
        + "\nThe copies of what was installed are in " + directory.resolve("kept") + "; lb shows the state of all bundles.", Entry.FAILED);
  }

  private void finish(Entry entry, Plan plan) throws IOException {
    history.end(entry);
    counters.startAgain();
    LOG.info("Deployment ended bundles={} who={} pauseMs={} errors={} outcome={}", entry.what(), who, entry.result().pauseMs(),
        entry.result().errors(), entry.result().outcome());
    kept.trim(limits.copies(), limits.copiesBytes(), plan.changes().stream().map(Change::kept).toList());
  }
}
