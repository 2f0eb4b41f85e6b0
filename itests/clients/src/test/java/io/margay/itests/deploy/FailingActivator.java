package io.margay.itests.deploy;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Of a bundle that cannot start. */
public final class FailingActivator implements BundleActivator {
  @Override
  public void start(BundleContext context) {
    throw new IllegalStateException("this version has a flaw");
  }

  @Override
  public void stop(BundleContext context) {
    // it was never started
  }
}
