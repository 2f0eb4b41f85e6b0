package io.margay.server.internal;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.ClusterMetadata;
import io.margay.model.Clock;
import io.margay.model.Endpoint;
import io.margay.model.FaultHandler;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.server.internal.audit.RequestAudit;
import io.margay.spi.audit.AuditQueue;
import io.margay.spi.audit.AuditSettings;
import io.margay.spi.audit.AuditSource;
import io.margay.spi.client.LocalClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.controller.BoundListeners;
import io.margay.spi.controller.Controller;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.lease.LeaseSettings;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.memory.MemoryUser;
import io.margay.spi.quota.ClientQuotas;
import io.margay.spi.security.Authorizer;
import io.margay.spi.security.AuthorizerSettings;
import io.margay.spi.security.SaslMechanism;
import io.margay.spi.security.SaslSettings;
import io.margay.spi.tls.TlsSettings;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandler;
import io.netty.channel.group.ChannelGroup;
import java.io.IOException;
import java.util.Collections;
import java.util.Hashtable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects the {@link Server} with the container: it binds when the settings are there, takes handlers as they come and go, tells
 * the controller where it listens, and opens the gate when this broker is part of the cluster and the handlers that any client
 * needs are there. Updating any other part leaves the listeners and connections alone, but for {@code config}, whose services this
 * component needs all the time: when that one or this bundle is updated, they stay in the bundle {@code sockets}, and go on with the next component.
 */
@Component(service = {}, immediate = true)
public final class ServerComponent {
  private static final Logger LOG = LoggerFactory.getLogger(ServerComponent.class);
  private static final long GIVE_UP_MS = 10_000;
  private static final Setting<Integer> HANDOVER_MS = NetworkSettings.MARGAY_SERVER_HANDOVER_MS;

  private final BundleContext context;
  private final NodeSettings settings;
  private final Server server;
  private final AuditQueue audit;
  private final ListenerSecurity security;
  private final TlsWatch watch;
  private final NodeSettings.Registration changes;
  private final long beganNanos = System.nanoTime();
  private volatile ServiceRegistration<?> registration;
  /** Null until it is provided; guarded by this. */
  private ServiceRegistration<LocalClient> local;
  private final ServiceRegistration<MemoryUser> memory;
  private final ServiceRegistration<AuditSource> audited;
  @SuppressWarnings("rawtypes")
  private final ServiceRegistration<Supplier> counts;
  private final List<String> needed;
  private volatile ClusterMetadata metadata;
  private volatile Controller controller;
  private final Scheduler.Timer giveUp;
  /** Whether the controller has let this broker take part: before that, a new topic would get no replica here. */
  private volatile boolean active;
  /** Guarded by this. */
  private boolean serving;
  /** Whether the service for requests from inside the process was begun to register; guarded by this. */
  private boolean provided;
  /** Guarded by this. */
  private boolean closed;

  /**
   * Starts.
   *
   * @param bootstrap of the bundle {@code sockets}: makes, for a number of event loops, what listeners are bound with
   * @param listeners of the bundle {@code sockets}: what listens
   */
  @Activate
  public ServerComponent(BundleContext context, @Reference NodeSettings settings, @Reference Scheduler scheduler,
      @Reference FaultHandler faults, @Reference(target = "(margay.sockets=bootstrap)") IntFunction<ServerBootstrap> bootstrap,
      @Reference(target = "(margay.sockets=listeners)") Supplier<ChannelGroup> listeners) {
    this.context = context;
    this.settings = settings;
    this.audit = new AuditQueue("server", Clock.SYSTEM, () -> settings.get(AuditSettings.MARGAY_AUDIT_QUEUE_BYTES),
        () -> settings.get(AuditSettings.MARGAY_AUDIT_REPEAT_MS));
    this.security = new ListenerSecurity(settings, new RequestAudit(audit, settings::definition, new LineLimit(Clock.SYSTEM)));
    this.watch = new TlsWatch(security, scheduler, () -> settings.get(TlsSettings.MARGAY_TLS_CHECK_INTERVAL_MS), ServerComponent::lookUp,
        security::readAgain);
    ConnectionLimits limits = limits(settings);
    limits.overrides(settings.get(NetworkSettings.MAX_CONNECTIONS_PER_IP_OVERRIDES), ServerComponent::lookUp);
    this.changes = settings.onChange(names -> {
      if (names.contains(NetworkSettings.MAX_CONNECTIONS_PER_IP_OVERRIDES.name())) {
        limits.overrides(settings.get(NetworkSettings.MAX_CONNECTIONS_PER_IP_OVERRIDES), ServerComponent::lookUp);
      }
      if (!Collections.disjoint(names, NodeSettings.LISTENER_SETTINGS)) {
        listenAgain(settings);
      } else if (ListenerSecurity.concerns(names)) {
        security.readAgain();
      }
    });
    boolean again = !listeners.get().isEmpty();
    this.server = new Server(config(settings, limits, security), this::image, new ServedRoom(bootstrap, listeners.get()));
    if (!AuthorizerSettings.chosen(settings).isEmpty()) {
      server.authorization().require();
    }
    Set<String> apis = new LinkedHashSet<>(settings.get(NetworkSettings.MARGAY_READY_APIS));
    apis.addAll(server.servedBefore());
    this.needed = List.copyOf(apis);
    NodeSettings.Listeners first = new NodeSettings.Listeners(settings.listeners(), settings.advertisedListeners());
    this.registration = open(first, settings, faults) ? context.registerService(BoundListeners.class, new Bound(), null) : null;
    if (!first.equals(new NodeSettings.Listeners(settings.listeners(), settings.advertisedListeners()))) {
      listenAgain(settings); // they changed before there was a registration
    }
    server.open();
    if (!again) {
      provideLocal();
    } // else when clients are served: they wait, and this starts all parts that send requests inside the process
    this.audited = context.registerService(AuditSource.class, audit, null);
    this.memory = context.registerService(MemoryUser.class, server.memory(), null);
    // A type of the JDK, for bundles that must not depend on the contracts.
    Supplier<Map<String, Long>> counted = server::requestCounts;
    this.counts = context.registerService(Supplier.class, counted, new Hashtable<>(Map.of("margay.counters", "requests")));
    this.giveUp = registration == null ? null : scheduler.after(GIVE_UP_MS, () -> serveWhenReady(true));
  }

  /** The room for sockets, through its services and ours. */
  private final class ServedRoom implements SocketRoom {
    private final IntFunction<ServerBootstrap> bootstrap;
    private final ChannelGroup listeners;
    private ServiceRegistration<?> taking;

    ServedRoom(IntFunction<ServerBootstrap> bootstrap, ChannelGroup listeners) {
      this.bootstrap = bootstrap;
      this.listeners = listeners;
    }

    @Override
    public ServerBootstrap bootstrap(int threads) {
      return bootstrap.apply(threads);
    }

    @Override
    public ChannelGroup listeners() {
      return listeners;
    }

    @Override
    public void open(Connections server) {
      taking = context.registerService(new String[] {ChannelHandler.class.getName(), BooleanSupplier.class.getName()}, server,
          new Hashtable<>(Map.of("margay.sockets", "server", HANDOVER_MS.name(), (long) settings.get(HANDOVER_MS))));
    }

    @Override
    public void close() {
      taking.setProperties(new Hashtable<>(Map.of("margay.sockets", "server", HANDOVER_MS.name(), handoverMs())));
      taking.unregister();
    }
  }

  /** @return how long connections wait for the next server; 0 for those of a node that stops */
  private long handoverMs() {
    return context.getBundle(Constants.SYSTEM_BUNDLE_ID).getState() == Bundle.STOPPING ? 0 : settings.get(HANDOVER_MS);
  }

  /** What other parts see of the listeners. */
  private final class Bound implements BoundListeners {
    private final AtomicBoolean trying = new AtomicBoolean();

    @Override
    public List<Endpoint> advertised() {
      return server.advertised();
    }

    /** One at a time, because clients decide how many there are, and a name server may be slow. */
    @Override
    public CompletionStage<String> refusal(List<Endpoint> listeners) {
      if (!trying.compareAndSet(false, true)) {
        return CompletableFuture.completedFuture("other listeners are tried just now; try again");
      }
      try {
        return CompletableFuture.supplyAsync(() -> problem(listeners), ServerComponent::lookUp)
            .whenComplete((problem, e) -> trying.set(false));
      } catch (RuntimeException | Error e) {
        trying.set(false); // there is no thread
        throw e;
      }
    }

    private String problem(List<Endpoint> listeners) {
      try {
        security.check(listeners);
        return server.trial(listeners);
      } catch (IOException e) {
        return e.getMessage();
      }
    }
  }

  /**
   * Binds the listeners for the first time. A dynamic setting that cannot be bound must not keep this broker from starting, for only through
   * a broker that runs it can be unset: then those of environment and files are bound.
   */
  private boolean open(NodeSettings.Listeners first, NodeSettings settings, FaultHandler faults) {
    try {
      listen(first);
      return true;
    } catch (IOException e) {
      NodeSettings.Listeners own = settings.listenersWith(Map.of());
      if (!own.bound().equals(first.bound())) {
        LOG.error("The listeners that are set for this broker in the cluster cannot be used, and those of its own settings are: {}. To"
            + " unset them: config:unset broker {} listeners; or, while the broker does not run: margay config:unset --offline listeners",
            e.getMessage(), settings.nodeId());
        try {
          listen(own);
          return true;
        } catch (IOException also) {
          e.addSuppressed(also);
        }
      }
      // The user's mistake, and the message says all of it.
      faults.onFatal(e.getMessage());
      return false;
    }
  }

  private void listen(NodeSettings.Listeners wanted) throws IOException {
    ListenerSecurity.Prepared before = security.prepare(wanted.bound());
    try {
      server.listen(wanted.bound(), wanted.advertised());
    } catch (IOException | RuntimeException e) {
      security.restore(before);
      throw e;
    }
    watch.begin();
  }

  /** The settings have changed: rebinds what differs, and tells the controller. On the thread that tells of settings. */
  private void listenAgain(NodeSettings settings) {
    ServiceRegistration<?> registered = registration;
    if (registered == null) {
      return;
    }
    List<Endpoint> before = server.advertised();
    try {
      listen(new NodeSettings.Listeners(settings.listeners(), settings.advertisedListeners()));
      if (!before.equals(server.advertised())) {
        LOG.info("The listeners have changed listeners={} before={}", server.advertised(), before);
        registered.setProperties(null);
      }
    } catch (IOException e) {
      LOG.error("The new listeners cannot be used, and the former ones stay: {}", e.getMessage());
    } catch (IllegalStateException e) {
      LOG.debug("The listeners are closed already", e);
    }
  }

  /** Name servers may be slow: neither the thread that tells of settings nor an event loop waits for them. */
  private static void lookUp(Runnable lookup) {
    Thread thread = new Thread(lookup, "margay-name-lookup");
    thread.setDaemon(true);
    thread.start();
  }

  private static ConnectionLimits limits(NodeSettings s) {
    int ofDescriptors = Descriptors.limit() / 2;
    return new ConnectionLimits(() -> Math.min(s.get(NetworkSettings.MAX_CONNECTIONS), ofDescriptors),
        listener -> s.get(NetworkSettings.MAX_CONNECTIONS.ofListener(listener, null)),
        () -> s.get(NetworkSettings.MAX_CONNECTIONS_PER_IP), () -> s.get(NetworkSettings.MAX_CONNECTION_CREATION_RATE));
  }

  private static ServerConfig config(NodeSettings s, ConnectionLimits limits, Security security) {
    boolean threadsSet = s.explain(NetworkSettings.NUM_NETWORK_THREADS, null).get(0).source() != NodeSettings.Source.DEFAULT;
    int threads = threadsSet ? s.get(NetworkSettings.NUM_NETWORK_THREADS) : Math.max(1, Runtime.getRuntime().availableProcessors());
    long memory = s.get(NetworkSettings.MARGAY_REQUEST_MEMORY_BYTES);
    return new ServerConfig(s.listeners().get(0).listener(),
        new ServerConfig.Sockets(threads, s.get(NetworkSettings.SOCKET_LISTEN_BACKLOG_SIZE),
            bufferBytes(s, NetworkSettings.SOCKET_RECEIVE_BUFFER_BYTES), bufferBytes(s, NetworkSettings.SOCKET_SEND_BUFFER_BYTES)),
        new ServerConfig.Requests(s.get(NetworkSettings.SOCKET_REQUEST_MAX_BYTES), memory > 0 ? memory : RequestMemory.defaultBytes(),
            () -> s.get(NetworkSettings.MARGAY_CONNECTION_MIN_BYTES_PER_SECOND), () -> s.get(SaslSettings.SASL_SERVER_MAX_RECEIVE_SIZE)),
        limits, () -> s.get(NetworkSettings.CONNECTIONS_MAX_IDLE_MS), () -> s.get(LeaseSettings.MARGAY_HANDLER_WAIT_MS),
        security);
  }

  /** A buffer size that nobody set is left to the kernel, which tunes it by itself. */
  private static int bufferBytes(NodeSettings s, Setting<Integer> setting) {
    return s.explain(setting, null).get(0).source() == NodeSettings.Source.DEFAULT ? -1 : s.get(setting);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  void bindHandler(ApiHandler handler) {
    server.handlers().bind(handler);
    serveWhenReady(false);
  }

  void unbindHandler(ApiHandler handler) {
    synchronized (this) {
      if (closed) {
        return; // this component goes and not the handler: nobody waits for what it is still working on
      }
    }
    server.handlers().unbind(handler);
  }

  /** Only those with the configured name decide. */
  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  void bindAuthorizer(Authorizer authorizer, Map<String, ?> properties) {
    if (AuthorizerSettings.chosen(settings).equals(properties.get(NamedServices.NAME_PROPERTY))) {
      server.authorization().set(authorizer);
    }
  }

  void unbindAuthorizer(Authorizer authorizer) {
    server.authorization().clear(authorizer);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  void bindMechanism(SaslMechanism mechanism, Map<String, Object> properties) {
    security.mechanisms().add(mechanism, properties);
  }

  void unbindMechanism(SaslMechanism mechanism) {
    security.mechanisms().remove(mechanism);
  }

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  void bindQuotas(ClientQuotas quotas) {
    server.limit(quotas);
  }

  void unbindQuotas(ClientQuotas quotas) {
    server.endLimits(quotas);
  }

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  void bindMetadata(ClusterMetadata service) {
    metadata = service;
  }

  void unbindMetadata(ClusterMetadata service) {
    if (metadata == service) {
      metadata = null;
    }
  }

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  void bindController(Controller service) {
    controller = service;
    service.whenActive().thenRun(() -> {
      active = true;
      serveWhenReady(false);
    });
  }

  void unbindController(Controller service) {
    if (controller == service) {
      controller = null;
    }
  }

  private ClusterImage image() {
    ClusterMetadata m = metadata;
    return m == null ? ClusterImage.EMPTY : m.image();
  }

  /**
   * Opens the gate once everything is there. Called for each thing that came, and at last when waiting is over.
   *
   * @param now whether to serve without what is missing
   */
  private void serveWhenReady(boolean now) {
    String missing = missing();
    synchronized (this) {
      if (serving || missing != null && !now || registration == null) {
        return;
      }
      serving = true;
    }
    if (missing != null) {
      LOG.warn("Serving although not everything is there missing={}", missing);
    }
    server.markReady();
    Endpoint first = server.advertised().get(0);
    LOG.info("Serving listeners={} waitedMs={}", server.advertised(),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos));
    provideLocal();
    tellReady(first.host() + ":" + first.port());
  }

  private void provideLocal() {
    synchronized (this) {
      if (provided || closed) {
        return;
      }
      provided = true;
    }
    ServiceRegistration<LocalClient> registered = context.registerService(LocalClient.class, server.local(), null);
    synchronized (this) {
      if (!closed) {
        local = registered;
        return;
      }
    }
    registered.unregister();
  }

  private String missing() {
    Controller c = controller;
    if (c == null || !c.registered()) {
      return "the registration of this broker";
    }
    if (!active) {
      return "the controller's word that this broker takes part";
    }
    for (String api : needed) {
      if (!server.handlers().serves(api)) {
        return "a handler for " + api;
      }
    }
    return null;
  }

  /** Tells the launcher, if this container was started by it. */
  private void tellReady(String address) {
    try {
      for (ServiceReference<?> r : context.getServiceReferences(Consumer.class, "(margay.launcher=ready)")) {
        @SuppressWarnings("unchecked")
        Consumer<String> launcher = (Consumer<String>) context.getService(r);
        if (launcher != null) {
          launcher.accept(address);
          context.ungetService(r);
        }
      }
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @Deactivate
  void close() {
    ServiceRegistration<LocalClient> client;
    synchronized (this) {
      serving = true; // whatever comes now opens nothing
      closed = true;
      client = local;
    }
    changes.close();
    watch.close();
    if (giveUp != null) {
      giveUp.cancel();
    }
    if (registration != null) {
      // First, while clients are served: when the node stops, the controller moves leaderships to other brokers now.
      registration.unregister();
    }
    counts.unregister();
    memory.unregister();
    if (client != null) {
      client.unregister();
    }
    long handoverMs = handoverMs();
    if (handoverMs > 0) {
      server.leave(handoverMs);
    } else {
      server.close();
    }
    audited.unregister(); // last, so that what is left is recorded
  }
}
