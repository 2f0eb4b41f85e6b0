package io.margay.deploy.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * What a deployment is going to do, worked out and checked before anything changes.
 *
 * @param changes the bundles, each once
 * @param refreshed bundles besides these that are stopped and started again, because they use packages of a bundle that is replaced
 * @param refresh whether the framework has to wire bundles again
 */
record Plan(List<Change> changes, Set<Bundle> refreshed, boolean refresh) {
  /** @throws DeployException with all reasons why it cannot be done */
  static Plan of(BundleContext system, List<BundleFile> files) throws DeployException {
    List<Change> changes = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (BundleFile file : files) {
      if (!names.add(file.name())) {
        throw new DeployException(file.name() + " is named twice; name one jar for each bundle");
      }
      Bundle old = installed(system, file);
      changes.add(new Change(file.name(), old, old == null ? null : old.getVersion(), file.path(), file.version(), null));
    }
    Plan plan = of(system, changes, files.stream().anyMatch(BundleFile::isFragment));
    try (Trial trial = new Trial(system, files, replaced(changes))) {
      List<String> problems = trial.problems();
      if (!problems.isEmpty()) {
        throw new DeployException(names(files) + (problems.size() == 1 ? " " : " would not work:\n  ") + String.join("\n  ", problems)
            + "\nNothing was changed.");
      }
    }
    return plan;
  }

  /** Of bundles that were there, or are taken away: they need no check. */
  static Plan of(BundleContext system, List<Change> changes, boolean fragment) {
    Set<Bundle> replaced = replaced(changes);
    boolean refresh = fragment || replaced.stream().anyMatch(Plan::isUsedByOthers);
    Set<Bundle> closure = new LinkedHashSet<>();
    if (refresh) {
      Collection<Bundle> all = system.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class).getDependencyClosure(replaced);
      all.stream().filter(b -> !replaced.contains(b)).sorted(Comparator.comparing(Bundle::getBundleId)).forEach(closure::add);
    }
    return new Plan(changes, closure, refresh);
  }

  private static boolean isUsedByOthers(Bundle bundle) {
    BundleWiring wiring = bundle.adapt(BundleWiring.class);
    if (wiring == null) {
      return false;
    }
    return wiring.getProvidedWires(null).stream().anyMatch(wire -> wire.getRequirer().getBundle() != bundle);
  }

  private static Bundle installed(BundleContext system, BundleFile file) throws DeployException {
    List<Bundle> all = Stream.of(system.getBundles()).filter(b -> file.name().equals(b.getSymbolicName())).toList();
    List<Bundle> same = all.size() > 1 ? all.stream().filter(b -> b.getVersion().equals(file.version())).toList() : all;
    if (!all.isEmpty() && same.size() != 1) {
      throw new DeployException("several versions of " + file.name() + " are installed; uninstall all but one: lb " + file.name());
    }
    Bundle found = same.isEmpty() ? null : same.get(0);
    if (found != null && found.getBundleId() == 0) {
      throw new DeployException(file.name() + " is the framework itself, which only a restart replaces");
    }
    return found;
  }

  /** The bundle of a name, or null. */
  static Bundle find(BundleContext system, String name) {
    return Stream.of(system.getBundles()).filter(b -> name.equals(b.getSymbolicName())).findFirst().orElse(null);
  }

  private static Set<Bundle> replaced(List<Change> changes) {
    return changes.stream().map(Change::bundle).filter(b -> b != null).collect(Collectors.toSet());
  }

  private static String names(List<BundleFile> files) {
    return files.stream().map(f -> f.name() + " " + f.version()).collect(Collectors.joining(", "));
  }

  /** Says what is going to be done, in lines. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Change c : changes) {
      lines.add(c.text() + (c.bundle() == null ? "" : ", bundle " + c.bundle().getBundleId()));
    }
    lines.add("Resolves against what is installed.");
    if (!refresh) {
      lines.add("No other bundle is refreshed.");
    } else {
      lines.add("Other bundles use its packages, and " + refreshed.size() + " are stopped and started again: "
          + refreshed.stream().map(Plan::shortName).collect(Collectors.joining(", ")));
    }
    return lines;
  }

  /** The bundles with both versions, for people. */
  String text() {
    return changes.stream().map(Change::text).collect(Collectors.joining(", "));
  }

  private static String shortName(Bundle b) {
    return String.valueOf(b.getSymbolicName()).replaceFirst("^io\\.margay\\.", "");
  }
}
