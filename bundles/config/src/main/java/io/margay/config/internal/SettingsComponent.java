package io.margay.config.internal;

import io.margay.metadata.MetadataPublisher;
import io.margay.model.Scheduler;
import io.margay.spi.config.NodeSettings;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.Function;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;

/**
 * Reads the settings at the start and when they change, and registers {@link NodeSettings} once they are valid. Until then, no
 * part that needs settings starts. It registers the service by hand, because a component cannot withhold its own service.
 *
 * <p>All parts use the settings as long as they live, so an update of this bundle restarts them, including the server with its
 * listeners. Besides the server, it is the only part whose update clients notice.
 */
@Component(service = {}, immediate = true, configurationPid = SettingsComponent.PID)
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"io.margay.spi.config.NodeSettings\"")
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"io.margay.metadata.MetadataPublisher\"")
public final class SettingsComponent implements SettingsLoader.Outcome {
  static final String PID = "io.margay";
  private static final long FILE_CHECK_MS = 3000;
  /** Parts that read settings while they apply an image see the settings of that image. */
  private static final int BEFORE_OTHER_PUBLISHERS = 10_000;

  private final BundleContext context;
  private final LauncherLink launcher;
  private final PartDefinitions parts;
  private final ThreadPoolExecutor tellers = ChangeListeners.pool();
  private volatile SettingsLoader loader;
  private final Scheduler.Timer fileCheck;
  private List<ServiceRegistration<?>> registrations = List.of();
  private boolean closed;

  /**
   * @param context this bundle's
   * @param properties the properties of {@value #PID} in Configuration Admin
   * @param scheduler for the periodic check of the file
   */
  @Activate
  public SettingsComponent(BundleContext context, Map<String, Object> properties, @Reference Scheduler scheduler) {
    this.context = context;
    this.launcher = new LauncherLink(context);
    KnownSettings known = new KnownSettings(() -> LaterBundles.read(context.getProperty(LaterBundles.PROPERTY)));
    this.parts = new PartDefinitions(context, known, this::reload);
    parts.open();
    this.loader = new SettingsLoader(known, PID, store(context), SettingsLoader.ofThisProcess(new ChangeListeners(tellers)), properties, this);
    loader.load();
    this.fileCheck = scheduler.every(FILE_CHECK_MS, FILE_CHECK_MS, loader::loadIfFileChanged);
  }

  /** The file in which Felix's Configuration Admin keeps the configuration, if the framework has that property; else null. */
  private static String store(BundleContext context) {
    String directory = context.getProperty("felix.cm.dir");
    return directory == null ? null : Path.of(directory, PID.replace('.', '/') + ".config").toString();
  }

  /** Called when a part, or another version of it, brings other definitions. */
  private void reload() {
    SettingsLoader made = loader;
    // without it, this component is still being constructed, and is about to read everything
    if (made != null) {
      made.load();
    }
  }

  /** @param properties the current properties of Configuration Admin */
  @Modified
  void modified(Map<String, Object> properties) {
    loader.load(properties);
  }

  /** Unregisters the settings. */
  @Deactivate
  void close() {
    fileCheck.cancel();
    parts.close();
    launcher.close();
    List<ServiceRegistration<?>> registered;
    synchronized (this) {
      closed = true;
      registered = registrations;
      registrations = List.of();
    }
    registered.forEach(ServiceRegistration::unregister);
    tellers.shutdownNow();
  }

  @Override
  public void onValid(LiveSettings settings) {
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put(Constants.SERVICE_RANKING, BEFORE_OTHER_PUBLISHERS);
    // The data directory and the values apart, for bundles that must not depend on the contracts.
    Hashtable<String, Object> directory = new Hashtable<>(Map.of("margay.directory", "data"));
    Hashtable<String, Object> values = new Hashtable<>(Map.of("margay.settings", "values"));
    List<ServiceRegistration<?>> registered = List.of(
        context.registerService(new String[] {NodeSettings.class.getName(), MetadataPublisher.class.getName()}, settings, properties),
        context.registerService(Path.class, settings.dataDirectory(), directory),
        context.registerService(Function.class, new SettingTexts(settings), values));
    boolean tooLate;
    synchronized (this) {
      tooLate = closed;
      registrations = registered;
    }
    if (tooLate) {
      registered.forEach(ServiceRegistration::unregister);
    }
  }

  @Override
  public void onInvalid(String message) {
    launcher.fatal(message);
  }
}
