package io.margay.audit.internal;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.ClusterMetadata;
import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.spi.audit.AuditQueue;
import io.margay.spi.audit.AuditReader;
import io.margay.spi.audit.AuditSettings;
import io.margay.spi.audit.AuditSink;
import io.margay.spi.audit.AuditSource;
import io.margay.spi.client.LocalClient;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.controller.Controller;
import io.margay.spi.lease.NamedServices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
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
 * Connects the {@link Recorder} with sources and sinks as they come and go. When this bundle is updated, events stay in the queues of the parts that they
 * come from; no request waits for it.
 */
@Component(service = AuditReader.class, immediate = true)
public final class AuditComponent implements AuditReader {
  private static final Logger LOG = LoggerFactory.getLogger(AuditComponent.class);
  private static final long LOOK_MS = 5_000;

  private final BundleContext context;
  private final NodeSettings settings;
  private final Recorder recorder;
  private final FileSink file;
  private final TopicSink topic;
  private final AuditQueue own;
  private final BundleChanges bundles;
  private final Path lastDeployment;
  private final Scheduler.Timer looks;
  private final NodeSettings.Registration changes;
  private final LineLimit lines = new LineLimit(Clock.SYSTEM);
  private final Object looking = new Object();
  /** Sinks of other bundles with their names, which two of them may share. Guarded by this. */
  private final Map<AuditSink, String> foreign = new IdentityHashMap<>();
  private volatile LocalClient local;
  private volatile RemoteClient remote;
  private volatile Controller controller;
  private volatile ClusterMetadata metadata;
  private volatile Supplier<?> history;
  /** Guarded by {@link #looking}. */
  private long lookedAtMs;
  /** Guarded by {@link #looking}. */
  private boolean looked;
  /** Guarded by {@link #looking}. */
  private boolean closed;

  /** Begins to record. */
  @Activate
  public AuditComponent(BundleContext context, @Reference NodeSettings settings, @Reference Scheduler scheduler) {
    this.context = context;
    this.settings = settings;
    Path directory = settings.dataDirectory().resolve("audit");
    this.file = new FileSink(directory, () -> settings.get(SinkSettings.MARGAY_AUDIT_FILE_BYTES),
        () -> settings.get(SinkSettings.MARGAY_AUDIT_FILE_COUNT));
    this.topic = new TopicSink(settings, new TopicSink.Services(() -> local, () -> remote, () -> controller, this::image));
    this.own = new AuditQueue("audit", Clock.SYSTEM, () -> settings.get(AuditSettings.MARGAY_AUDIT_QUEUE_BYTES),
        () -> settings.get(AuditSettings.MARGAY_AUDIT_REPEAT_MS));
    this.recorder = new Recorder(settings.nodeId().value(), Clock.SYSTEM, () -> settings.get(SinkSettings.MARGAY_AUDIT_MAX_EVENTS_PER_SECOND),
        () -> settings.get(AuditSettings.MARGAY_AUDIT_QUEUE_BYTES), AuditComponent::thread);
    this.lastDeployment = directory.resolve("last-deployment");
    this.bundles = new BundleChanges(own, System.getProperty("user.name", ""), readLast());
    useSinks();
    recorder.add(own);
    context.addBundleListener(bundles);
    this.changes = settings.onChange(names -> {
      if (names.contains(SinkSettings.MARGAY_AUDIT_SINKS.name())) {
        useSinks();
      }
    });
    this.looks = scheduler.every(LOOK_MS, LOOK_MS, this::look);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "margay-audit");
    thread.setDaemon(true);
    return thread;
  }

  private ClusterImage image() {
    ClusterMetadata now = metadata;
    return now == null ? ClusterImage.EMPTY : now.image();
  }

  private long readLast() {
    try {
      return Files.exists(lastDeployment) ? Long.parseLong(Files.readString(lastDeployment).trim()) : -1;
    } catch (IOException | NumberFormatException e) {
      LOG.warn("Cannot tell which deployments are recorded; those that are there count as recorded file={} error={}", lastDeployment, e.toString());
      return -1;
    }
  }

  /** Uses the sinks that the setting lists and that are there. */
  private void useSinks() {
    List<Runnable> leaves = new ArrayList<>();
    synchronized (this) {
      List<String> wanted = settings.get(SinkSettings.MARGAY_AUDIT_SINKS);
      Map<AuditSink, String> all = new IdentityHashMap<>(foreign);
      all.put(file, FileSink.NAME);
      all.put(topic, TopicSink.NAME);
      all.forEach((sink, name) -> {
        if (wanted.contains(name)) {
          recorder.addSink(name, sink);
        } else {
          leaves.add(recorder.takeSink(sink));
        }
      });
    }
    leaves.forEach(Runnable::run); // may take a while, in which others come
  }

  /** Looks at the history of deployments when its file has changed, until the file could be read. */
  void look() {
    synchronized (looking) {
      Supplier<?> entries = history;
      if (entries != null && !closed) {
        look(entries);
      }
    }
  }

  private void look(Supplier<?> entries) {
    try {
      long modified = settings.dataDirectory().resolve("deploy").resolve("history.jsonl").toFile().lastModified();
      if (looked && modified == lookedAtMs) {
        return;
      }
      long before = bundles.lastId();
      bundles.look(entries);
      if (bundles.lastId() != before) {
        FileSink.makeDirectory(lastDeployment.getParent());
        Files.writeString(lastDeployment, bundles.lastId() + "\n");
      }
      lookedAtMs = modified;
      looked = true;
    } catch (IOException | RuntimeException e) {
      if (lines.pass("history") != LineLimit.HELD) {
        LOG.warn("The history of deployments cannot be recorded, and is tried again error={}", e.toString());
      }
    }
  }

  @Override
  public void newestFirst(Predicate<String> line) throws IOException {
    file.newestFirst(line);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  void addSource(AuditSource source) {
    recorder.add(source);
  }

  void removeSource(AuditSource source) {
    recorder.remove(source);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  void addSink(AuditSink sink, Map<String, ?> properties) {
    String name = String.valueOf(properties.get(NamedServices.NAME_PROPERTY));
    if (!name.equals(FileSink.NAME) && !name.equals(TopicSink.NAME)) {
      synchronized (this) {
        foreign.put(sink, name);
      }
      useSinks();
    }
  }

  /** When this returns, the sink is not called any more. */
  void removeSink(AuditSink sink) {
    synchronized (this) {
      foreign.remove(sink);
    }
    recorder.removeSink(sink);
  }

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  void setLocal(LocalClient comes) {
    local = comes;
  }

  void unsetLocal(LocalClient leaves) {
    local = local == leaves ? null : local;
  }

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  void setRemote(RemoteClient comes) {
    remote = comes;
  }

  void unsetRemote(RemoteClient leaves) {
    remote = remote == leaves ? null : remote;
  }

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  void setController(Controller comes) {
    controller = comes;
  }

  void unsetController(Controller leaves) {
    controller = controller == leaves ? null : controller;
  }

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  void setMetadata(ClusterMetadata comes) {
    metadata = comes;
  }

  void unsetMetadata(ClusterMetadata leaves) {
    metadata = metadata == leaves ? null : metadata;
  }

  /** Of the bundle {@code deploy}, which has no contract in common: its entries as maps. */
  @Reference(target = "(margay.deployments=history)", cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void setHistory(Supplier<?> comes) {
    history = comes;
  }

  void unsetHistory(Supplier<?> leaves) {
    history = history == leaves ? null : history;
  }

  /** Writes what was taken; the rest stays where it is. */
  @Deactivate
  void close() {
    looks.cancel();
    changes.close();
    synchronized (looking) {
      closed = true; // what a look finds from now on is found by the next version
    }
    context.removeBundleListener(bundles);
    recorder.remove(own);
    recorder.close();
    topic.close();
    file.close();
  }
}
