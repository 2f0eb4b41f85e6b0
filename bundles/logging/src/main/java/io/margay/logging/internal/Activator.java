package io.margay.logging.internal;

import java.io.IOException;
import java.nio.file.Path;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.service.log.LogService;
import org.osgi.service.log.LoggerFactory;

/**
 * Sets up java.util.logging before any other bundle runs.
 *
 * <p>It is an activator, not a component: logging starts before Declarative Services, because failures there must be logged as well.
 */
public final class Activator implements BundleActivator {
  private JulSetup setup;

  @Override
  public void start(BundleContext context) throws IOException {
    Path home = directory(context, "margay.home", ".");
    Path data = directory(context, "margay.data", home.resolve("data").toString());
    LogSettings settings = LogSettings.load(home.resolve("etc/logging.properties"), context::getProperty);
    setup = JulSetup.install(settings, data.resolve("log/margay.log"), System.err);
    context.registerService(
        new String[] {LogService.class.getName(), LoggerFactory.class.getName()}, new OsgiLogService.Factory(), null);
  }

  @Override
  public void stop(BundleContext context) {
    setup.close();
  }

  private static Path directory(BundleContext context, String property, String otherwise) {
    String value = context.getProperty(property);
    return Path.of(value == null ? otherwise : value);
  }
}
