package io.margay.health.internal;

import io.margay.spi.config.NodeSettings;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Whether the heap is full of what is in use: what the last garbage collection has left. Safe for all threads. */
@Component(service = HealthCheck.class, property = {HealthCheck.NAME + "=heap", HealthCheck.TAGS + "=live", HealthCheck.TAGS + "=ready"})
public final class HeapCheck implements HealthCheck {
  private final IntSupplier mostPercent;
  private final Supplier<MemoryUsage> afterCollection;

  @Activate
  public HeapCheck(@Reference NodeSettings settings) {
    this(() -> settings.get(HealthSettings.MARGAY_HEALTH_HEAP_PERCENT), HeapCheck::largestPool);
  }

  HeapCheck(IntSupplier mostPercent, Supplier<MemoryUsage> afterCollection) {
    this.mostPercent = mostPercent;
    this.afterCollection = afterCollection;
  }

  /** The pool in which what lives long is; null before its first collection. */
  private static MemoryUsage largestPool() {
    MemoryUsage largest = null;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      MemoryUsage usage = pool.getType() == MemoryType.HEAP ? pool.getCollectionUsage() : null;
      if (usage != null && (largest == null || usage.getMax() > largest.getMax())) {
        largest = usage;
      }
    }
    return largest;
  }

  @Override
  public Result execute() {
    MemoryUsage usage = afterCollection.get();
    if (usage == null || usage.getMax() <= 0) {
      return new Result(Result.Status.OK, "not collected yet");
    }
    long percent = 100 * usage.getUsed() / usage.getMax();
    return percent <= mostPercent.getAsInt() ? new Result(Result.Status.OK, percent + " % in use after the last garbage collection")
        : new Result(Result.Status.CRITICAL, percent + " % in use after the last garbage collection, more than margay.health.heap.percent="
            + mostPercent.getAsInt() + "; set a larger heap with MARGAY_HEAP_OPTS");
  }
}
