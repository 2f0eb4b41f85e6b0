package io.margay.controller.internal;

import io.margay.controller.internal.state.Command.RemoveTokens;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.DelegationToken;
import io.margay.model.Scheduler;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.security.TokenSecrets;
import io.margay.spi.security.TokenSettings;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes delegation tokens that have expired, at intervals, while this node leads the metadata log. Until then they are there and worth nothing.
 * Has no timer where there are no delegation tokens.
 */
@Component(service = {}, immediate = true)
public final class TokenSweep {
  private static final Logger LOG = LoggerFactory.getLogger(TokenSweep.class);

  private final ControllerRuntime controller;
  private final Scheduler.Timer timer;

  /**
   * Begins.
   *
   * @param service the controller
   * @param scheduler runs the checks
   */
  @Activate
  public TokenSweep(@Reference ControllerService service, @Reference Scheduler scheduler) {
    this(service.runtime(), scheduler);
  }

  TokenSweep(ControllerRuntime controller, Scheduler scheduler) {
    this.controller = controller;
    NodeSettings settings = controller.settings();
    long intervalMs = settings.get(TokenSettings.EXPIRY_CHECK_INTERVAL_MS);
    this.timer = TokenSecrets.enabled(settings) ? scheduler.every(intervalMs, intervalMs, () -> sweep(System.currentTimeMillis())) : null;
  }

  void sweep(long nowMs) {
    ClusterImage image = controller.image();
    if (!image.controller().equals(controller.settings().nodeId())) {
      return;
    }
    List<String> expired = image.tokens().values().stream().filter(t -> t.expired(nowMs)).map(DelegationToken::id).toList();
    if (!expired.isEmpty()) {
      controller.propose(new RemoveTokens(expired, nowMs - 1)).whenComplete((done, e) -> {
        if (e == null) {
          LOG.info("Removed delegation tokens that have expired tokens={}", expired.size());
        } else {
          LOG.warn("Delegation tokens that have expired could not be removed; the next check tries again", e);
        }
      });
    }
  }

  /** Ends. */
  @Deactivate
  public void deactivate() {
    if (timer != null) {
      timer.cancel();
    }
  }
}
