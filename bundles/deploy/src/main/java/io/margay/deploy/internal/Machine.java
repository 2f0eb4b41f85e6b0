package io.margay.deploy.internal;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** Which share of the processors other programs use. By the names of the JVM's attributes, because their type is not of every JVM. Used by one thread. */
final class Machine {
  private static final double UNKNOWN = 0;

  private final MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
  private final ObjectName system;

  Machine() {
    try {
      this.system = new ObjectName(ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME);
    } catch (JMException e) {
      throw new IllegalStateException(e);
    }
    othersShare(); // what the JVM says is since the last time
  }

  /** Since the last call, from 0 to 1; 0 where the JVM does not say. What this process itself uses is not in it. */
  double othersShare() {
    double all = load("SystemCpuLoad");
    double own = load("ProcessCpuLoad");
    return all < 0 || own < 0 ? UNKNOWN : Math.max(0, all - own);
  }

  private double load(String attribute) {
    try {
      return beans.getAttribute(system, attribute) instanceof Double load && !load.isNaN() ? load : -1;
    } catch (JMException | RuntimeException e) {
      return -1;
    }
  }
}
