package io.margay.acl.internal;

import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.MetadataPublisher;
import io.margay.model.acl.Acl;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.security.Authorizer;
import io.margay.spi.security.AuthorizerSettings;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the authorizer when it is the one that is configured, and not before it knows the rules: until then, requests wait in the
 * server. Images come from one thread at a time.
 */
@Component(service = MetadataPublisher.class, immediate = true)
public final class AclComponent implements MetadataPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(AclComponent.class);

  private final BundleContext context;
  private final AclAuthorizer authorizer;
  private List<Acl> known;
  /** Guarded by this. */
  private ServiceRegistration<Authorizer> registration;
  /** Guarded by this. */
  private boolean closed;

  /** Waits for the rules. */
  @Activate
  public AclComponent(BundleContext context, @Reference NodeSettings settings) {
    this.context = context;
    boolean chosen = AuthorizerSettings.ACL.equals(AuthorizerSettings.chosen(settings));
    this.authorizer = chosen ? new AclAuthorizer(AuthorizerSettings.superUsers(settings.get(AuthorizerSettings.SUPER_USERS)),
        settings.get(AuthorizerSettings.ALLOW_EVERYONE_IF_NO_ACL_FOUND)) : null;
  }

  @Override
  public void onImage(ClusterDelta delta, ClusterImage image) {
    // before the first command nothing is known of the ACLs either
    if (authorizer == null || image.clusterId().isEmpty() || image.acls() == known) {
      return;
    }
    known = image.acls();
    authorizer.update(known);
    synchronized (this) {
      if (registration == null && !closed) {
        registration = context.registerService(Authorizer.class, authorizer,
            new Hashtable<>(Map.of(NamedServices.NAME_PROPERTY, AuthorizerSettings.ACL)));
        LOG.info("Authorizing by ACLs acls={}", known.size());
      }
    }
  }

  /** Requests wait from now on, and those that were begun are decided by the rules known now. */
  @Deactivate
  public void close() {
    ServiceRegistration<Authorizer> registered;
    synchronized (this) {
      closed = true;
      registered = registration;
      registration = null;
    }
    if (registered != null) {
      registered.unregister();
    }
  }
}
