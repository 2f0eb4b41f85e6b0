package io.margay.wrap.ratis.internal;

import org.apache.ratis.util.ReflectionUtils;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/**
 * Lets Ratis find its own classes. Ratis keeps the context class loader of the thread that first uses it, for good, and loads
 * classes by name through it. The bundle is activated lazily, so this runs before any other class of it is used.
 */
public final class Activator implements BundleActivator {
  @Override
  public void start(BundleContext context) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(ReflectionUtils.class.getClassLoader());
    try {
      ReflectionUtils.getClassLoader();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Override
  public void stop(BundleContext context) {
    // nothing was started
  }
}
