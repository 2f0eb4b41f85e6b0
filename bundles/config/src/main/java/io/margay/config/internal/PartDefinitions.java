package io.margay.config.internal;

import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.ArrayList;
import java.util.List;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.util.tracker.BundleTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the definitions of each bundle as soon as it is resolved. That is before it starts, so the settings of a part are known
 * when it starts, also after an update. Nothing of the part is started, and none of its objects is kept.
 */
final class PartDefinitions extends BundleTracker<Bundle> {
  private static final Logger LOG = LoggerFactory.getLogger(PartDefinitions.class);
  private static final int RESOLVED = Bundle.RESOLVED | Bundle.STARTING | Bundle.ACTIVE | Bundle.STOPPING;

  private final KnownSettings known;
  private final Runnable changed;
  private volatile boolean opened;

  /**
   * @param context this bundle's
   * @param known gets the definitions
   * @param changed called when they change, after {@link #open} has returned
   */
  PartDefinitions(BundleContext context, KnownSettings known, Runnable changed) {
    super(context, RESOLVED, null);
    this.known = known;
    this.changed = changed;
  }

  /** Reads the definitions of all bundles. Installed parts that are not resolved yet, as after a restart of Karaf, are resolved first. */
  @Override
  public void open() {
    List<Bundle> unresolved = new ArrayList<>();
    for (Bundle bundle : context.getBundles()) {
      if (bundle.getState() == Bundle.INSTALLED && !catalogues(bundle).isEmpty()) {
        unresolved.add(bundle);
      }
    }
    if (!unresolved.isEmpty() && !context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class)
        .resolveBundles(unresolved)) {
      LOG.warn("Some bundles cannot be resolved; their settings are unknown: bundles={}", unresolved);
    }
    super.open();
    opened = true;
  }

  @Override
  public Bundle addingBundle(Bundle bundle, BundleEvent event) {
    List<String> classes = catalogues(bundle);
    if (classes.isEmpty()) {
      return null;
    }
    List<Setting<?>> settings = new ArrayList<>();
    for (String name : classes) {
      try {
        settings.addAll(((SettingDefinitions) bundle.loadClass(name).getConstructor().newInstance()).catalogue().settings());
      } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
        LOG.error("Cannot read the setting definitions of a bundle; its settings are unknown: bundle={} class={}", bundle, name, e);
      }
    }
    if (known.define(bundle.getSymbolicName(), List.copyOf(settings)) && opened) {
      changed.run();
    }
    return bundle;
  }

  private static List<String> catalogues(Bundle bundle) {
    BundleRevision revision = bundle.adapt(BundleRevision.class);
    List<String> classes = new ArrayList<>();
    if (revision != null) {
      for (BundleCapability capability : revision.getDeclaredCapabilities(DefinesSettings.NAMESPACE)) {
        classes.add(String.valueOf(capability.getAttributes().get(DefinesSettings.CLASS)));
      }
    }
    return classes;
  }
}
