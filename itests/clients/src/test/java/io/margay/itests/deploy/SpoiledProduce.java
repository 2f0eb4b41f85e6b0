package io.margay.itests.deploy;

import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.lang.reflect.Method;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/**
 * Spoils {@code replication}, without its own component for Produce: makes that itself and is late with every request, or refuses all of
 * them with an error after which clients try again.
 */
public abstract class SpoiledProduce implements BundleActivator {
  /** The component that is left out of the bundle. */
  static final String COMPONENT = "OSGI-INF/io.margay.replication.internal.produce.ProduceHandler.xml";
  private static final String PACKAGE = "io.margay.replication.internal";
  private static final int DELAY_MS = 60;

  private final boolean refuses;
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private BundleContext context;
  private volatile ApiHandler real;

  /** @param refuses whether it answers with errors; else it is slow */
  protected SpoiledProduce(boolean refuses) {
    this.refuses = refuses;
  }

  /** Is slow. */
  public static final class Slow extends SpoiledProduce {
    /** For the framework. */
    public Slow() {
      super(false);
    }
  }

  /** Answers errors. */
  public static final class Erroneous extends SpoiledProduce {
    /** For the framework. */
    public Erroneous() {
      super(true);
    }
  }

  @Override
  public void start(BundleContext own) {
    context = own;
    timer.scheduleWithFixedDelay(this::register, 1, 1, TimeUnit.MILLISECONDS);
  }

  /** As soon as the component is active that the handler needs. */
  private void register() {
    ServiceReference<?> replication = real == null ? context.getServiceReference(PACKAGE + ".ReplicationContext") : null;
    if (replication == null) {
      return;
    }
    try {
      Class<?> type = Class.forName(PACKAGE + ".produce.ProduceHandler");
      real = (ApiHandler) type.getConstructors()[0].newInstance(context.getService(replication));
      context.registerService(ApiHandler.class, new Handler(), null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public synchronized void stop(BundleContext own) throws Exception {
    timer.shutdown();
    timer.awaitTermination(10, TimeUnit.SECONDS);
    Method close = real.getClass().getDeclaredMethod("close");
    close.setAccessible(true);
    close.invoke(real);
  }

  private final class Handler implements ApiHandler {
    @Override
    public Api api() {
      return real.api();
    }

    @Override
    public short lowestVersion() {
      return real.lowestVersion();
    }

    @Override
    public short highestVersion() {
      return real.highestVersion();
    }

    @Override
    public Ordering ordering() {
      return real.ordering();
    }

    @Override
    public void handle(Request request) {
      if (refuses) {
        request.respond(errorResponse(request, Errors.NOT_LEADER_OR_FOLLOWER));
      } else {
        timer.schedule(() -> request.executor().execute(() -> real.handle(request)), DELAY_MS, TimeUnit.MILLISECONDS);
      }
    }

    @Override
    public Message errorResponse(Request request, Errors error) {
      return real.errorResponse(request, error);
    }
  }
}
