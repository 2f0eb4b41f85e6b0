package io.margay.deploy.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.namespace.HostNamespace;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * Whether bundles would resolve: the framework reads their manifests, of bundles without a class, under another name, that are never
 * started and gone when this is closed. So its own rules decide, and what is installed stays as it is.
 */
final class Trial implements AutoCloseable {
  static final String NAME = "io.margay.deploy.trial";
  /** What would make the framework or an extender look into the bundle, which is empty. */
  private static final List<String> LEFT_OUT = List.of(Constants.BUNDLE_ACTIVATOR, "Service-Component", Constants.BUNDLE_NATIVECODE,
      Constants.DYNAMICIMPORT_PACKAGE, Constants.BUNDLE_CLASSPATH, Constants.BUNDLE_ACTIVATIONPOLICY, "Bundle-Blueprint", "Meta-Persistence",
      "Launcher-Agent-Class");
  private static final Pattern CLAUSE = Pattern.compile("(?:[^,\"]|\"[^\"]*\")+");
  private static final Pattern PACKAGE = Pattern.compile("\\(osgi\\.wiring\\.package=([^)]+)\\)");
  private static final Pattern FROM = Pattern.compile("\\(version>=([^)]+)\\)");
  private static final Pattern BELOW = Pattern.compile("\\(!\\(version>=([^)]+)\\)\\)");

  private final FrameworkWiring wiring;
  private final List<Bundle> bundles = new ArrayList<>();
  private final Set<Bundle> replaced;

  /**
   * @param context of the framework itself
   * @param files what is to be installed
   * @param replaced what it replaces
   */
  Trial(BundleContext context, List<BundleFile> files, Set<Bundle> replaced) throws DeployException {
    this.wiring = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
    this.replaced = replaced;
    for (BundleFile file : files) {
      try {
        bundles.add(context.installBundle(NAME + ":" + bundles.size(), new ByteArrayInputStream(withoutContent(file, bundles.size()))));
      } catch (BundleException e) {
        close();
        throw new DeployException(file.path() + " has a manifest that cannot be used: " + DeployException.reason(e));
      }
    }
  }

  /** Removes what a node that went down in the middle of a trial has left in a container that keeps what is installed. */
  static void removeLeftOver(BundleContext context) {
    for (Bundle bundle : context.getBundles()) {
      if (bundle.getLocation().startsWith(NAME + ":")) {
        uninstall(bundle);
      }
    }
  }

  private static byte[] withoutContent(BundleFile file, int number) {
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.putAll(file.manifest().getMainAttributes());
    LEFT_OUT.forEach(header -> main.remove(new Attributes.Name(header)));
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.putValue(Constants.BUNDLE_SYMBOLICNAME, NAME + number);
    withoutClasses(main);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      new JarOutputStream(bytes, manifest).close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return bytes.toByteArray();
  }

  /** Without capabilities that name a class, such as definitions of settings: a bundle that looks for these classes would not find them. */
  private static void withoutClasses(Attributes main) {
    Attributes.Name header = new Attributes.Name(Constants.PROVIDE_CAPABILITY);
    if (main.containsKey(header)) {
      String rest = CLAUSE.matcher(main.getValue(header)).results().map(m -> m.group().strip())
          .filter(clause -> !clause.matches("(?s).*;\\s*class\\s*(:[^=]*)?=.*")).collect(Collectors.joining(","));
      main.remove(header);
      if (!rest.isEmpty()) {
        main.put(header, rest);
      }
    }
  }

  /** @return why they would not resolve, a line for each reason; empty when they would */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    for (Bundle bundle : bundles) {
      for (BundleRequirement requirement : bundle.adapt(BundleRevision.class).getDeclaredRequirements(null)) {
        if (mandatory(requirement) && providers(requirement).isEmpty()) {
          problems.add(missing(requirement));
        }
      }
    }
    for (Bundle old : replaced) {
      dependents(old, problems);
    }
    if (problems.isEmpty() && bundles.stream().noneMatch(Trial::exportsOrExtends)) {
      // Only bundles that no other bundle can be wired to: resolving one that exports packages could change the wiring of others.
      for (Bundle bundle : bundles) {
        if (!wiring.resolveBundles(List.of(bundle))) {
          problems.add(unresolved(bundle));
        }
      }
    }
    return problems;
  }

  private static boolean exportsOrExtends(Bundle bundle) {
    BundleRevision revision = bundle.adapt(BundleRevision.class);
    return !revision.getDeclaredCapabilities(PackageNamespace.PACKAGE_NAMESPACE).isEmpty()
        || (revision.getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
  }

  private static boolean mandatory(BundleRequirement requirement) {
    return !"optional".equals(requirement.getDirectives().get("resolution"))
        && "resolve".equals(requirement.getDirectives().getOrDefault("effective", "resolve"));
  }

  /** Those that will be there afterwards. */
  private List<BundleCapability> providers(BundleRequirement requirement) {
    Collection<BundleCapability> all = wiring.findProviders(requirement);
    return all.stream().filter(c -> !replaced.contains(c.getRevision().getBundle())).toList();
  }

  private String missing(BundleRequirement requirement) {
    String filter = requirement.getDirectives().getOrDefault("filter", "");
    Matcher name = PACKAGE.matcher(filter);
    if (!requirement.getNamespace().equals(PackageNamespace.PACKAGE_NAMESPACE) || !name.find()) {
      return "needs " + requirement.getNamespace() + " " + filter + ", which nothing provides";
    }
    String wanted = "package " + name.group(1) + range(filter);
    List<String> others = exported(name.group(1));
    return "needs " + wanted + (others.isEmpty() ? ", which no bundle exports"
        : "; installed is " + String.join(", ", others) + ": build it against what is installed, or deploy both together");
  }

  private List<String> exported(String name) {
    List<String> found = new ArrayList<>();
    for (BundleCapability c : wiring.findProviders(new PackageRequirement(name))) {
      Bundle by = c.getRevision().getBundle();
      if (!replaced.contains(by)) {
        found.add(c.getAttributes().get(PackageNamespace.CAPABILITY_VERSION_ATTRIBUTE)
            + (bundles.contains(by) ? "" : " of " + by.getSymbolicName()));
      }
    }
    return found;
  }

  private static String range(String filter) {
    Matcher from = FROM.matcher(filter);
    Matcher below = BELOW.matcher(filter);
    if (!from.find()) {
      return "";
    }
    return below.find() ? " [" + from.group(1) + "," + below.group(1) + ")" : " from " + from.group(1);
  }

  /** Bundles that use a package of the old version must be able to use the new one. */
  private void dependents(Bundle old, List<String> problems) {
    BundleWiring current = old.adapt(BundleWiring.class);
    if (current == null) {
      return;
    }
    for (BundleWire wire : current.getProvidedWires(null)) {
      Bundle user = wire.getRequirer().getBundle();
      BundleRequirement requirement = wire.getRequirement();
      boolean byName = Set.of(HostNamespace.HOST_NAMESPACE, "osgi.wiring.bundle").contains(requirement.getNamespace());
      if (!replaced.contains(user) && !bundles.contains(user) && !byName && mandatory(requirement) && providers(requirement).isEmpty()) {
        problems.add("would leave " + user.getSymbolicName() + " without what it uses: " + user.getSymbolicName() + " "
            + missing(requirement));
      }
    }
  }

  /** The framework gives the reason only to the caller of start. The bundle has no activator, so nothing runs. */
  private static String unresolved(Bundle bundle) {
    try {
      bundle.start(Bundle.START_TRANSIENT);
      bundle.stop(Bundle.STOP_TRANSIENT);
      return "does not resolve now; try again";
    } catch (BundleException e) {
      return "does not resolve: " + DeployException.reason(e).replaceAll(Pattern.quote(NAME) + "\\d+", "the new bundle");
    }
  }

  @Override
  public void close() {
    bundles.forEach(Trial::uninstall);
  }

  private static void uninstall(Bundle bundle) {
    try {
      bundle.uninstall();
    } catch (BundleException | IllegalStateException e) {
      throw new IllegalStateException("cannot remove " + bundle, e);
    }
  }
}
