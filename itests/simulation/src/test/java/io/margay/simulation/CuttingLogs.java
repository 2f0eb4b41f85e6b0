package io.margay.simulation;

import io.margay.model.LeaderEpoch;
import io.margay.spi.log.Logs;
import io.margay.spi.log.PartitionLog;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** Plants {@link Flaw#CUT_TO_HIGH_WATERMARK} into logs. */
final class CuttingLogs {
  private CuttingLogs() { }

  static Logs of(Logs logs) {
    return (Logs) Proxy.newProxyInstance(CuttingLogs.class.getClassLoader(), new Class<?>[] {Logs.class}, (proxy, method, args) -> {
      Object result = call(logs, method, args);
      return result instanceof PartitionLog log ? cutting(log) : result;
    });
  }

  private static PartitionLog cutting(PartitionLog log) {
    return (PartitionLog) Proxy.newProxyInstance(CuttingLogs.class.getClassLoader(), new Class<?>[] {PartitionLog.class},
        (proxy, method, args) -> {
          Object result = call(log, method, args);
          if (method.getName().equals("followEpoch")) {
            log.truncateTo(log.highWatermark(), (LeaderEpoch) args[0]);
          }
          return result;
        });
  }

  private static Object call(Object target, Method method, Object[] args) throws Throwable {
    try {
      return method.invoke(target, args);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
