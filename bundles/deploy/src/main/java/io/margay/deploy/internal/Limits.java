package io.margay.deploy.internal;

import java.util.Collection;
import java.util.function.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * The settings of deployments.
 *
 * @param watchMs for how long a new version is watched, in milliseconds
 * @param copies how many copies of replaced bundles are kept
 * @param copiesBytes how many bytes they have at most
 */
record Limits(long watchMs, int copies, long copiesBytes) {
  static final Limits DEFAULT = new Limits(10_000, 10, 256L << 20);

  /** Reads them from a service of JDK types, so that no contract is imported; the defaults while the settings are not there. */
  @SuppressWarnings({"rawtypes", "unchecked"})
  static Limits read(BundleContext system) {
    try {
      Collection<ServiceReference<Function>> references = system.getServiceReferences(Function.class, "(margay.settings=values)");
      for (ServiceReference<Function> reference : references) {
        Function<String, String> settings = system.getService(reference);
        if (settings != null) {
          try {
            return of(settings);
          } finally {
            system.ungetService(reference);
          }
        }
      }
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
    return DEFAULT;
  }

  static Limits of(Function<String, String> settings) {
    return new Limits(number(settings, "margay.deploy.watch.ms", DEFAULT.watchMs), (int) number(settings, "margay.deploy.copies", DEFAULT.copies),
        number(settings, "margay.deploy.copies.bytes", DEFAULT.copiesBytes));
  }

  private static long number(Function<String, String> settings, String name, long otherwise) {
    String text = settings.apply(name);
    return text == null ? otherwise : Long.parseLong(text);
  }
}
