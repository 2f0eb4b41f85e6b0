package io.margay.sockets.internal;

import io.netty.channel.ChannelHandler;
import io.netty.channel.group.ChannelGroup;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.Filter;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.util.tracker.ServiceTracker;

/**
 * Connects the {@link Room} with the container. Its services have types of the JDK and of Netty only, so that no contract can be updated
 * that would refresh this bundle.
 *
 * <p>A tracker and no reference: the server comes as soon as the services are registered, which is before this component is active.
 */
@Component(service = {}, immediate = true)
public final class SocketsComponent {
  /** The property of all services here, with what they are. */
  static final String KIND = "margay.sockets";
  /** How long connections wait for the next server, a property of the server's service; in milliseconds. */
  static final String HANDOVER_MS = "margay.server.handover.ms";

  private final Room room = new Room();
  private final ServiceTracker<Object, ChannelHandler> servers;
  private final ServiceRegistration<?> bootstrap;
  private final ServiceRegistration<?> listeners;

  @Activate
  public SocketsComponent(BundleContext context) throws InvalidSyntaxException {
    Filter filter = context.createFilter("(&(" + Constants.OBJECTCLASS + "=" + ChannelHandler.class.getName() + ")(" + KIND + "=server))");
    servers = new ServiceTracker<>(context, filter, null) {
      @Override
      public ChannelHandler addingService(ServiceReference<Object> reference) {
        ChannelHandler server = (ChannelHandler) context.getService(reference);
        room.take(server, server instanceof BooleanSupplier scarce ? scarce : () -> false);
        return server;
      }

      @Override
      public void removedService(ServiceReference<Object> reference, ChannelHandler server) {
        room.leave(server, reference.getProperty(HANDOVER_MS) instanceof Number ms ? ms.longValue() : 0);
        context.ungetService(reference);
      }
    };
    servers.open();
    // The listeners first: what needs both starts with the second one.
    listeners = context.registerService(Supplier.class, (Supplier<ChannelGroup>) room::listeners, kind("listeners"));
    bootstrap = context.registerService(IntFunction.class, (IntFunction<?>) room::bootstrap, kind("bootstrap"));
  }

  private static Dictionary<String, Object> kind(String what) {
    return new Hashtable<>(java.util.Map.of(KIND, what));
  }

  @Deactivate
  void close() {
    // The server lets what is under way finish, and gives its connections back, when its services go.
    bootstrap.unregister();
    listeners.unregister();
    servers.close();
    room.close();
  }
}
