package io.margay.config.internal;

import io.margay.model.Clock;
import org.osgi.service.component.annotations.Component;

/** The machine's clock as a service. */
@Component
public final class SystemClock implements Clock {
  @Override
  public long millis() {
    return Clock.SYSTEM.millis();
  }

  @Override
  public long nanos() {
    return Clock.SYSTEM.nanos();
  }
}
