package io.margay.launcher;

import java.util.ArrayList;
import java.util.List;
import org.osgi.framework.Bundle;

/**
 * Does work in advance, on a thread that would otherwise wait, that the framework's thread would do later. It loads the classes of
 * components, and runs the {@link Runnable} that a bundle names in its manifest as {@value #HEADER}. It may do so before or while the
 * bundle starts. It starts nothing, and whatever it does not finish is done later. Bundles that are not resolved are skipped: loading
 * their classes would resolve them, which must not happen while another thread starts bundles.
 */
final class Preparation {
  private static final String HEADER = "Margay-Prepare";
  private static final String COMPONENTS = "Service-Component";
  private static final String SUFFIX = ".xml";

  private Preparation() {}

  /** Prepares the bundles, those with the header first. The start reports classes that cannot be loaded. */
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

  /** The description of a component is usually named after its class. If it is not, nothing is loaded. */
  private static void loadComponents(Bundle bundle, String components) {
    for (String file : components.split(",")) {
      String name = file.strip();
      if (name.endsWith(SUFFIX)) {
        name = name.substring(name.lastIndexOf('/') + 1, name.length() - SUFFIX.length());
        try {
          // Reading the constructors also loads the classes of their parameters.
          bundle.loadClass(name).getConstructors();
        } catch (ClassNotFoundException | LinkageError | IllegalStateException e) {
          // Not loadable, not resolvable or stopped meanwhile.
          return;
        }
      }
    }
  }
}
