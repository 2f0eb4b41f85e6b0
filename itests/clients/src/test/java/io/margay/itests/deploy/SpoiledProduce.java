package io.margay.itests.deploy;

import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Takes the place of the component for Produce in {@code replication}: makes that itself and is late with every request, or refuses all of
 * them with an error after which clients try again. A component, too, so that its requests are answered before what they need goes.
 */
public abstract class SpoiledProduce implements ApiHandler {
  /** The component that is left out of the bundle. */
  static final String COMPONENT = "OSGI-INF/io.margay.replication.internal.produce.ProduceHandler.xml";
  private static final String PACKAGE = "io.margay.replication.internal";
  private static final int DELAY_MS = 60;

  private final boolean refuses;
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private ApiHandler real;

  /** @param refuses whether it answers with errors; else it is slow */
  protected SpoiledProduce(boolean refuses) {
    this.refuses = refuses;
  }

  /** Is slow. */
  public static final class Slow extends SpoiledProduce {
    /** For Declarative Services. */
    public Slow() {
      super(false);
    }
  }

  /** Answers errors. */
  public static final class Erroneous extends SpoiledProduce {
    /** For Declarative Services. */
    public Erroneous() {
      super(true);
    }
  }

  /** Its description. */
  static String description(Class<? extends SpoiledProduce> type) {
    return "<scr:component xmlns:scr=\"http://www.osgi.org/xmlns/scr/v1.3.0\" name=\"" + type.getName() + "\" immediate=\"true\">"
        + "<implementation class=\"" + type.getName() + "\"/>"
        + "<service><provide interface=\"" + ApiHandler.class.getName() + "\"/></service>"
        + "<reference name=\"replication\" interface=\"" + PACKAGE + ".ReplicationContext\" bind=\"bind\"/></scr:component>";
  }

  /** @param replication what the handler needs */
  public void bind(Object replication) throws ReflectiveOperationException {
    real = (ApiHandler) Class.forName(PACKAGE + ".produce.ProduceHandler").getConstructors()[0].newInstance(replication);
  }

  /** Nobody asks any more. */
  public void deactivate() throws Exception {
    timer.shutdown();
    timer.awaitTermination(10, TimeUnit.SECONDS);
    real.getClass().getMethod("close").invoke(real);
  }

  @Override
  public Api api() {
    return real.api();
  }

  @Override
  public Access access() {
    return real.access();
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
