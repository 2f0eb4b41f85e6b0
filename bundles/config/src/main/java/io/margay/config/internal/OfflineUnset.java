package io.margay.config.internal;

import io.margay.metadata.ConfigResource;
import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import io.margay.protocol.message.IncrementalAlterConfigsRequest;
import io.margay.protocol.message.IncrementalAlterConfigsResponse;
import io.margay.spi.client.LocalClient;
import io.margay.spi.config.NodeSettings;
import java.io.IOException;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Unsets in the cluster what {@code margay config:unset --offline} named, as soon as this broker can send requests. Until then
 * {@link LiveSettings} passes these settings over. The metadata belongs to the cluster, so a broker that does not run cannot change it.
 */
@Component(service = {}, immediate = true)
public final class OfflineUnset {
  private static final Logger LOG = LoggerFactory.getLogger(OfflineUnset.class);
  private static final long RETRY_MS = 1_000;
  private static final byte BROKER = ConfigResource.Type.BROKER.code();
  private static final byte DELETE = 1;

  private final NodeSettings settings;
  private final Scheduler scheduler;
  private volatile LocalClient client;
  private volatile boolean closed;

  @Activate
  public OfflineUnset(@Reference NodeSettings settings, @Reference Scheduler scheduler) {
    this.settings = settings;
    this.scheduler = scheduler;
  }

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
  void bindClient(LocalClient service) {
    client = service;
    unset();
  }

  void unbindClient(LocalClient service) {
    if (client == service) {
      client = null;
    }
  }

  private void unset() {
    Set<String> names = UnsetFile.read(settings.dataDirectory());
    LocalClient now = client;
    if (names.isEmpty() || now == null || closed) {
      return;
    }
    IncrementalAlterConfigsRequest.AlterConfigsResource broker = new IncrementalAlterConfigsRequest.AlterConfigsResource()
        .setResourceType(BROKER).setResourceName(String.valueOf(settings.nodeId().value()));
    names.forEach(name -> broker.configs().add(new IncrementalAlterConfigsRequest.AlterableConfig().setName(name).setConfigOperation(DELETE)));
    IncrementalAlterConfigsRequest request = new IncrementalAlterConfigsRequest();
    request.resources().add(broker);
    now.send(IncrementalAlterConfigsRequest.API, request, new IncrementalAlterConfigsResponse())
        .whenComplete((response, failure) -> answered(names, response, failure));
  }

  private void answered(Set<String> names, IncrementalAlterConfigsResponse response, Throwable failure) {
    IncrementalAlterConfigsResponse.AlterConfigsResourceResponse result = failure == null ? response.responses().get(0) : null;
    Errors error = result == null ? null : Errors.forCode(result.errorCode());
    if (error == Errors.NONE) {
      try {
        UnsetFile.delete(settings.dataDirectory());
      } catch (IOException e) {
        LOG.warn("The settings are unset, but the file unset-settings cannot be deleted: {}", e.toString());
      }
      if (settings instanceof LiveSettings live) {
        live.unset(names);
      }
      LOG.info("Unset what was stored for this broker settings={}", names);
    } else if (error == null || error.retriable()) {
      scheduler.after(RETRY_MS, this::unset);
    } else {
      LOG.error("Settings that are stored for this broker cannot be unset, and are passed over: settings={} error={} message={}", names,
          error, result.errorMessage());
    }
  }

  @Deactivate
  void close() {
    closed = true;
  }
}
