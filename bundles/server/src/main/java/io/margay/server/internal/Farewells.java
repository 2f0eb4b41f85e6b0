package io.margay.server.internal;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What handlers want to do when a connection closes, in an attribute of the channel, so that it stays with the connection when this bundle is
 * replaced. At most {@value #MAX} tasks for a connection. Safe for all threads.
 */
final class Farewells {
  /** The number of tasks of a connection. */
  static final int MAX = 100;

  private static final Logger LOG = LoggerFactory.getLogger(Farewells.class);
  private static final AttributeKey<Map<String, Runnable>> KEY = AttributeKey.valueOf("margay.farewells");

  private Farewells() { }

  /** As {@link io.margay.spi.handler.Request#onDisconnect}. */
  static boolean set(Channel channel, String key, Runnable task) {
    Map<String, Runnable> tasks = channel.attr(KEY).get();
    if (task == null) {
      if (tasks != null) {
        tasks.remove(key);
      }
      return true;
    }
    if (tasks == null) {
      Map<String, Runnable> made = new ConcurrentHashMap<>();
      tasks = channel.attr(KEY).setIfAbsent(made);
      if (tasks == null) {
        tasks = made;
        channel.closeFuture().addListener(closed -> made.forEach((k, t) -> run(made, k, t)));
      }
    }
    if (tasks.size() >= MAX && !tasks.containsKey(key)) {
      return false;
    }
    tasks.put(key, task);
    if (channel.closeFuture().isDone()) {
      // perhaps after the others were run
      run(tasks, key, task);
    }
    return true;
  }

  private static void run(Map<String, Runnable> tasks, String key, Runnable task) {
    if (tasks.remove(key, task)) {
      try {
        task.run();
      } catch (RuntimeException | Error e) { // the other tasks are to be run, too
        LOG.error("What a handler does when a connection closes has failed.", e);
      }
    }
  }
}
