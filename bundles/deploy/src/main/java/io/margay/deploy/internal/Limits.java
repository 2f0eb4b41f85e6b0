package io.margay.deploy.internal;

import java.util.function.Function;
import org.osgi.framework.BundleContext;

/**
 * The settings of deployments.
 *
 * @param watchMs for how long a new version is watched, in milliseconds
 * @param copies how many copies of replaced bundles are kept
 * @param copiesBytes how many bytes they have at most
 */
record Limits(long watchMs, int copies, long copiesBytes) {
  static final Limits DEFAULT = new Limits(10_000, 10, 256L << 20);

  /** The defaults while the settings are not there. */
  @SuppressWarnings("unchecked")
  static Limits read(BundleContext system) {
    return Services.call(system, Function.class, "(margay.settings=values)", Limits::of, DEFAULT);
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
