package io.margay.launcher;

import java.util.ArrayList;
import java.util.List;
import org.osgi.framework.Bundle;

/**
 * Does in advance, on a thread that would only wait, what the framework's own thread would do later: it loads the classes of
 * components, and runs what a bundle names in its manifest, a {@link Runnable}, as {@value #HEADER}. It may do so before the bundle
 * is started, or while it is: nothing is started by it, and what it does not get done is done later. Bundles that are not resolved
 * are passed over: loading from them would resolve them, which must not happen beside the thread that starts bundles.
 */
final class Preparation {
  private static final String HEADER = "Margay-Prepare";
  private static final String COMPONENTS = "Service-Component";
  private static final String SUFFIX = ".xml";

  private Preparation() {}

  /** Prepares the bundles, those first that ask for it. What cannot be loaded is left to the start, which reports it. */
  static void run(List<Bundle> bundles) {
    List<Bundle> resolved = new ArrayList<>(bundles);
    resolved.removeIf(bundle -> bundle.getState() == Bundle.INSTALLED);
    for (Bundle bundle : resolved) {
      String name = bundle.getHeaders("").get(HEADER);
      if (name != null) {
        runNamed(bundle, name);
      }
    }
    for (Bundle bundle : resolved) {
      String components = bundle.getHeaders("").get(COMPONENTS);
      if (components != null) {
        loadComponents(bundle, components);
      }
    }
  }

  private static void runNamed(Bundle bundle, String name) {
    try {
      ((Runnable) bundle.loadClass(name).getConstructor().newInstance()).run();
    } catch (ReflectiveOperationException | LinkageError | IllegalStateException e) {
      System.err.println("margay: cannot prepare " + bundle + ": " + e);
    }
  }

  /** A component's description is named after its class, unless somebody wanted it otherwise: then there is nothing to load. */
  private static void loadComponents(Bundle bundle, String components) {
    for (String file : components.split(",")) {
      String name = file.strip();
      if (name.endsWith(SUFFIX)) {
        name = name.substring(name.lastIndexOf('/') + 1, name.length() - SUFFIX.length());
        try {
          // Asking for the constructors loads the classes of their parameters, too.
          bundle.loadClass(name).getConstructors();
        } catch (ClassNotFoundException | LinkageError | IllegalStateException e) {
          // Not loadable, not resolvable or stopped meanwhile.
          return;
        }
      }
    }
  }
}
