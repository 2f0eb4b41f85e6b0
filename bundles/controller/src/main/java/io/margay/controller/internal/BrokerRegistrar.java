package io.margay.controller.internal;

import io.margay.spi.config.NodeSettings;
import io.margay.spi.controller.BoundListeners;
import java.util.Collections;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Registers this broker when its listeners are bound, and again when what they advertise changes. Hands leaderships over when the node
 * stops.
 */
@Component(service = {}, immediate = true)
public final class BrokerRegistrar {
  private final ControllerRuntime runtime;
  private final Bundle framework;
  private final NodeSettings.Registration watch;
  private volatile BoundListeners bound;

  /**
   * Starts watching.
   *
   * @param controller the controller
   * @param settings reports changes of the advertised addresses
   * @param context tells whether the whole node stops
   */
  @Activate
  public BrokerRegistrar(@Reference ControllerService controller, @Reference NodeSettings settings, BundleContext context) {
    this.framework = context.getBundle(Constants.SYSTEM_BUNDLE_ID);
    this.runtime = controller.runtime();
    this.watch = settings.onChange(names -> {
      if (!Collections.disjoint(names, BrokerPresence.REGISTERED_SETTINGS)) {
        register();
      }
    });
  }

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindListeners(BoundListeners listeners) {
    bound = listeners;
    runtime.listenerCheck().bound(listeners);
    runtime.sessions().onReachable(true);
    register();
  }

  void updatedListeners(BoundListeners listeners) {
    register();
  }

  void unbindListeners(BoundListeners listeners) {
    // When the server is updated the broker stays registered: clients that reach it again find it as it was. When the node stops,
    // leaderships move now, while the listeners are still open.
    if (framework.getState() == Bundle.STOPPING) {
      runtime.shutDown();
    }
    if (bound == listeners) {
      bound = null;
      runtime.listenerCheck().bound(null);
      runtime.sessions().onReachable(false);
    }
  }

  private void register() {
    BoundListeners now = bound;
    if (now != null) {
      runtime.register(now.advertised());
    }
  }

  /** Stops watching. */
  @Deactivate
  public void deactivate() {
    watch.close();
  }
}
