package io.margay.simulation;

import io.margay.spi.log.Logs;
import io.margay.spi.log.PartitionLog;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** Plants {@link Flaw#REPLACED_IN_EPOCH} into logs: who asks whether records may be replaced hears that they are of another epoch. */
final class SameEpochLogs {
  private static final String QUESTION = "mayReplaceFrom";
  private static final int OTHER_EPOCH = -2;

  private SameEpochLogs() { }

  static Logs of(Logs logs) {
    return (Logs) Proxy.newProxyInstance(SameEpochLogs.class.getClassLoader(), new Class<?>[] {Logs.class}, (proxy, method, args) -> {
      Object result = call(logs, method, args);
      return result instanceof PartitionLog log ? flawed(log) : result;
    });
  }

  private static PartitionLog flawed(PartitionLog log) {
    return (PartitionLog) Proxy.newProxyInstance(SameEpochLogs.class.getClassLoader(), new Class<?>[] {PartitionLog.class},
        (proxy, method, args) -> method.getName().equals("epochAt") && StackWalker.getInstance().walk(frames -> frames
            .anyMatch(frame -> frame.getMethodName().equals(QUESTION))) ? OTHER_EPOCH : call(log, method, args));
  }

  private static Object call(Object target, Method method, Object[] args) throws Throwable {
    try {
      return method.invoke(target, args);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
