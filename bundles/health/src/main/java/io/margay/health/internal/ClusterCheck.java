package io.margay.health.internal;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ClusterMetadata;
import io.margay.model.BrokerId;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.controller.Controller;
import java.util.function.Supplier;
import org.apache.felix.hc.api.FormattingResultLog;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Whether this broker is registered with the controller, and whether its metadata is current: the controller fences a broker that does not
 * follow. Safe for all threads.
 */
@Component(service = HealthCheck.class, property = {HealthCheck.NAME + "=cluster", HealthCheck.TAGS + "=ready"})
public final class ClusterCheck implements HealthCheck {
  private final Supplier<BrokerId> self;
  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  volatile Controller controller;
  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  volatile ClusterMetadata metadata;

  @Activate
  public ClusterCheck(@Reference NodeSettings settings) {
    this((Supplier<BrokerId>) settings::nodeId);
  }

  ClusterCheck(Supplier<BrokerId> self) {
    this.self = self;
  }

  @Override
  public Result execute() {
    FormattingResultLog log = new FormattingResultLog();
    Controller c = controller;
    ClusterMetadata m = metadata;
    if (c == null || m == null) {
      log.temporarilyUnavailable("there is no controller: a part is missing, or is being replaced");
      return new Result(log);
    }
    if (!c.registered()) {
      log.temporarilyUnavailable("this broker is not registered with the controller yet");
    }
    ClusterImage image = m.image();
    BrokerImage broker = image.brokers().get(self.get());
    if (broker == null) {
      log.temporarilyUnavailable("the metadata does not know this broker yet");
    } else if (broker.fenced()) {
      log.temporarilyUnavailable("the controller has fenced this broker: it does not hear from it, or its metadata is not current");
    } else if (image.controller().equals(BrokerId.NONE)) {
      log.temporarilyUnavailable("the cluster has no controller now, so the metadata may be old");
    } else {
      log.info("registered, metadata at offset {}", image.offset());
    }
    return new Result(log);
  }
}
