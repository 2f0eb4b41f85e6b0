package io.margay.deploy.internal;

import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.wiring.BundleWiring;

/** Loads all classes of this bundle, so that a deployment that replaces this very bundle finds them when its jar is gone. */
final class OwnClasses {
  private OwnClasses() { }

  static void load() {
    Bundle own = FrameworkUtil.getBundle(OwnClasses.class);
    BundleWiring wiring = own == null ? null : own.adapt(BundleWiring.class);
    if (wiring == null) {
      return;
    }
    String folder = OwnClasses.class.getPackageName().replace('.', '/');
    for (String path : wiring.listResources(folder, "*.class", BundleWiring.LISTRESOURCES_LOCAL)) {
      try {
        Class.forName(path.substring(0, path.length() - ".class".length()).replace('/', '.'), true, OwnClasses.class.getClassLoader());
      } catch (ClassNotFoundException | LinkageError e) {
        throw new IllegalStateException("cannot load " + path, e);
      }
    }
  }
}
