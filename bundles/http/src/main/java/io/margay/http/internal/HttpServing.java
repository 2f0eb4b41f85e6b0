package io.margay.http.internal;

import io.margay.metadata.ClusterImage;
import io.margay.model.Scheduler;
import io.margay.spi.client.LocalClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.lease.LeaseSettings;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.producer.Producer;
import jakarta.servlet.Servlet;
import java.io.IOException;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;

/** The objects that exist while HTTP is served: the servlet on the whiteboard, its threads, and the listeners. */
final class HttpServing implements AutoCloseable {
  private static final int THREADS = 2;
  private static final long IDLE_SECONDS = 10;

  private final JettyServer jetty;
  private final RecordsServlet servlet;
  private final ThreadPoolExecutor executor;
  private final ServiceRegistration<Servlet> registration;

  /** Opens the listeners of {@code margay.http.listeners}. */
  HttpServing(BundleContext context, ConfigurationAdmin configurations, NodeSettings settings, Scheduler scheduler,
      LocalClient client, NamedServices<Producer> producers, Supplier<ClusterImage> image, List<HttpListener> listeners)
      throws IOException, BundleException {
    AtomicInteger number = new AtomicInteger();
    executor = new ThreadPoolExecutor(THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
      Thread t = new Thread(task, "http-records-" + number.getAndIncrement());
      t.setDaemon(true);
      return t;
    });
    executor.allowCoreThreadTimeOut(true);
    servlet = new RecordsServlet(new Producing(producers, client, scheduler, executor, limits(settings)), settings, image);
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put("osgi.http.whiteboard.servlet.name", "margay-records");
    properties.put("osgi.http.whiteboard.servlet.pattern", "/*");
    properties.put("osgi.http.whiteboard.servlet.asyncSupported", true);
    properties.put("osgi.http.whiteboard.target", "(" + JettyServer.MARK + "=true)");
    registration = context.registerService(Servlet.class, servlet, properties);
    jetty = new JettyServer(context, configurations);
    try {
      jetty.open(listeners, settings.get(HttpSettings.MARGAY_HTTP_TIMEOUT_MS));
    } catch (IOException | BundleException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private static HttpLimits limits(NodeSettings settings) {
    return new HttpLimits() {
      @Override
      public long maxRequestBytes() {
        return settings.get(HttpSettings.MARGAY_HTTP_REQUEST_MAX_BYTES);
      }

      @Override
      public int maxRequests() {
        return settings.get(HttpSettings.MARGAY_HTTP_MAX_REQUESTS);
      }

      @Override
      public int timeoutMs() {
        return settings.get(HttpSettings.MARGAY_HTTP_TIMEOUT_MS);
      }

      @Override
      public int producerWaitMs() {
        return settings.get(LeaseSettings.MARGAY_HANDLER_WAIT_MS);
      }
    };
  }

  /** Ends the open requests within a bounded time, and then closes the listeners. */
  @Override
  public void close() {
    servlet.close();
    jetty.close();
    registration.unregister();
    executor.shutdown();
  }
}
