package io.margay.itests.control;

import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.management.JMException;
import javax.management.ObjectName;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;

/** Remembers, weakly, the class loaders of bundles that were replaced, and counts those that somebody still holds. */
public final class LoaderWatch {
  /** Timers may refer to a bundle that is gone for at most the time that they wait for a part. */
  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(40);
  private static final long GC_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final int ROUNDS_AFTER = 3;

  private final Map<String, List<WeakReference<ClassLoader>>> replaced = new ConcurrentHashMap<>();

  /** The bundle's loader of now is to go: the bundle is about to be updated. */
  void replacing(Bundle bundle) {
    BundleWiring wiring = bundle.adapt(BundleWiring.class);
    if (wiring != null) {
      replaced.computeIfAbsent(bundle.getSymbolicName(), n -> new ArrayList<>()).add(new WeakReference<>(wiring.getClassLoader()));
    }
  }

  private long held(String symbolicName) {
    return replaced.getOrDefault(symbolicName, List.of()).stream().filter(r -> r.get() != null).count();
  }

  /**
   * Collects garbage until none is left of the loaders that were replaced, or for as long as anything may rightly hold one.
   *
   * @param patient whether to give timers that time; else the garbage is collected a few times only
   * @return loaders that are held, classes loaded now, bytes used for classes, with spaces between
   */
  String count(String symbolicName, boolean patient) {
    long deadline = System.nanoTime() + (patient ? DEADLINE_NANOS : 4 * GC_EVERY_NANOS);
    System.gc();
    while (held(symbolicName) > 0 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(GC_EVERY_NANOS);
      System.gc();
    }
    // What has a finalizer, such as an executor of one thread, keeps its classes until that was run.
    for (int i = 0; i < ROUNDS_AFTER; i++) {
      LockSupport.parkNanos(GC_EVERY_NANOS);
      System.gc();
    }
    long metaspace = ManagementFactory.getMemoryPoolMXBeans().stream().filter(p -> p.getName().equals("Metaspace"))
        .mapToLong(p -> p.getUsage().getUsed()).sum();
    return held(symbolicName) + " " + ManagementFactory.getClassLoadingMXBean().getLoadedClassCount() + " " + metaspace;
  }

  /** Writes the heap into a new file, to find out what holds a class loader. */
  static void dump(String file) throws JMException {
    ManagementFactory.getPlatformMBeanServer().invoke(new ObjectName("com.sun.management:type=HotSpotDiagnostic"), "dumpHeap",
        new Object[] {file, true}, new String[] {"java.lang.String", "boolean"});
  }
}
