package io.margay.itests.control;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Makes the mistake that a part must not make: leaves an object of a class of its own behind, with what outlives its bundle. */
public final class LeakingActivator implements BundleActivator {
  private final Object kept = new Object() {
    @Override
    public String toString() {
      return "kept";
    }
  };

  @Override
  public void start(BundleContext context) {
    System.getProperties().put(kept, kept);
  }

  @Override
  public void stop(BundleContext context) {
    // here it ought to be taken away again
  }
}
