package io.margay.config.internal;

import io.margay.config.internal.Layer.Entry;
import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.MetadataPublisher;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.spi.config.InvalidSettingException;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingValues;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings of this node while it runs: one snapshot behind a volatile reference, replaced when the cluster's or the node's
 * own settings change. Changes are made under this object's lock; listeners are called outside it, on other threads.
 */
final class LiveSettings implements NodeSettings, MetadataPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(LiveSettings.class);

  private final KnownSettings known;
  private final Directories directories;
  private final Supplier<String> hostName;
  private final ChangeListeners listeners;
  private volatile Snapshot current;
  private List<Layer> dynamicLayers = List.of(Layer.empty(Source.DYNAMIC_BROKER), Layer.empty(Source.DYNAMIC_DEFAULT_BROKER));
  private List<Layer> staticLayers;
  private List<NotApplied> dynamicLeft = List.of();
  private List<NotApplied> staticLeft = List.of();
  /** The overrides of the last image, so that an image without changes costs nothing. */
  private List<Map<String, String>> seenOverrides = List.of(Map.of(), Map.of());
  /** What is stored for this broker, and is passed over because it is to be unset. */
  private final Set<String> unsetNames;
  /** What was said of stored settings that override those given here. */
  private Set<String> saidOverriding = Set.of();

  /**
   * @param staticLayers the checked values of environment and files, the highest first
   * @param known the definitions, which may change
   * @param directories the directories of this node
   * @param hostName gives the canonical name of this machine, when it is needed
   * @param listeners notified of changes
   * @throws InvalidSettingException when settings contradict each other
   */
  LiveSettings(List<Layer> staticLayers, KnownSettings known, Directories directories, Supplier<String> hostName, ChangeListeners listeners) {
    this.listeners = listeners;
    this.known = known;
    this.directories = directories;
    this.hostName = hostName;
    this.staticLayers = List.copyOf(staticLayers);
    this.unsetNames = new HashSet<>(UnsetFile.read(directories.data()));
    this.current = Snapshot.of(joined(dynamicLayers, staticLayers), known.now(), directories, hostName);
    current.notes().forEach(LOG::warn);
  }

  /**
   * Applies newly read settings of environment and files, each by itself. A setting that is not valid, or that takes effect only at
   * the next start, keeps its previous value. If settings of listeners contradict each other, all of them keep their previous
   * values. If the definitions have changed as well, the cluster's settings are checked again.
   *
   * @param read the layers, as many as at the start
   */
  void update(List<Layer> read) {
    Set<String> changed;
    synchronized (this) {
      Definitions former = current.resolver().known();
      Definitions now = known.covering(names(read));
      List<NotApplied> left = new ArrayList<>();
      List<Layer> next = new ArrayList<>();
      for (int i = 0; i < read.size(); i++) {
        next.add(LayerCheck.accept(staticLayers.get(i), read.get(i), former, now, left));
      }
      Snapshot before = current;
      if (now != former) {
        useOverrides(now);
      }
      try {
        replace(dynamicLayers, next, now);
      } catch (InvalidSettingException e) {
        for (int i = 0; i < next.size(); i++) {
          next.set(i, LayerCheck.withFormerListeners(staticLayers.get(i), next.get(i), e.getMessage(), now, left));
        }
        replace(dynamicLayers, next, now);
      }
      changed = current.changedSince(before);
      say(staticLeft, left);
      staticLeft = List.copyOf(left);
    }
    tell(changed);
  }

  private static Set<String> names(List<Layer> layers) {
    Set<String> names = new HashSet<>();
    layers.forEach(layer -> names.addAll(layer.entries().keySet()));
    return names;
  }

  /** Logs one line for each new entry. */
  private static void say(List<NotApplied> before, List<NotApplied> now) {
    for (NotApplied n : now) {
      if (before.contains(n)) {
        continue;
      }
      if (n.reason() == NodeSettings.Reason.REFUSED) {
        LOG.error("Setting refused, the previous value stays in effect: setting={} origin={} problem={}", n.name(), n.origin(),
            n.why());
      } else {
        LOG.warn("Setting changed, takes effect at the next start: setting={} origin={}", n.name(), n.origin());
      }
    }
  }

  @Override
  public synchronized List<NotApplied> notApplied() {
    List<NotApplied> all = new ArrayList<>(dynamicLeft);
    all.addAll(staticLeft);
    return List.copyOf(all);
  }

  @Override
  public void onImage(ClusterDelta delta, ClusterImage image) {
    Set<String> changed;
    synchronized (this) {
      Map<String, String> own = image.config(ConfigResource.broker(nodeId().value()));
      if (!Collections.disjoint(own.keySet(), unsetNames)) {
        own = new TreeMap<>(own);
        own.keySet().removeAll(unsetNames);
      }
      List<Map<String, String>> overrides = List.of(own, image.config(ConfigResource.ALL_BROKERS));
      if (overrides.equals(seenOverrides)) {
        return;
      }
      seenOverrides = overrides;
      Set<String> names = new HashSet<>(overrides.get(0).keySet());
      names.addAll(overrides.get(1).keySet());
      Snapshot before = current;
      useOverrides(known.covering(names));
      changed = current.changedSince(before);
    }
    tell(changed);
  }

  /** Settings that were passed over are unset in the cluster: they count again when they are set again. */
  synchronized void unset(Set<String> names) {
    unsetNames.removeAll(names);
  }

  /**
   * Logs, once each, the stored settings that override the environment or the files of this node, because a change there has no
   * effect.
   */
  private void sayOverriding() {
    Set<String> now = new TreeSet<>();
    for (int i = 0; i < dynamicLayers.size(); i++) {
      String unset = i == 0 ? "config:unset broker " + nodeId().value() : "config:unset broker all";
      for (String name : dynamicLayers.get(i).entries().keySet()) {
        Setting<?> setting = current.resolver().known().broker(name);
        List<Given> places = setting == null ? List.of() : current.resolver().explain(setting, List.of(), null);
        Given given = places.stream().filter(g -> g.source() == Source.STATIC_BROKER).findFirst().orElse(null);
        if (given != null && (setting.secret() || !given.text().equals(places.get(0).text()))) {
          now.add("A setting that is stored in the cluster overrides the one given here: setting=" + name + " stored="
              + (setting.secret() ? "(secret)" : places.get(0).text()) + " given=" + (setting.secret() ? "(secret)" : given.text()) + " origin="
              + given.origin() + ". To unset it: " + unset + " " + name);
        }
      }
    }
    now.stream().filter(line -> !saidOverriding.contains(line)).forEach(LOG::warn);
    saidOverriding = now;
  }

  /** Applies the overrides of the last image, as far as their settings are known. */
  private void useOverrides(Definitions definitions) {
    List<NotApplied> left = new ArrayList<>();
    List<Layer> next = List.of(usable(Source.DYNAMIC_BROKER, seenOverrides.get(0), "Admin API, this broker", definitions, left),
        usable(Source.DYNAMIC_DEFAULT_BROKER, seenOverrides.get(1), "Admin API, all brokers", definitions, left));
    try {
      replace(next, staticLayers, definitions);
    } catch (InvalidSettingException e) {
      // the previous overrides may contradict the files of a later start: only the files are known to be valid
      replace(next.stream().map(l -> LayerCheck.withFormerListeners(Layer.empty(l.source()), l, e.getMessage(), definitions, left))
          .toList(), staticLayers, definitions);
    }
    say(dynamicLeft, left);
    dynamicLeft = List.copyOf(left);
    sayOverriding();
  }

  /** The usable settings of one layer of the cluster. The controller has checked them, but it may have been an older version. */
  private static Layer usable(Source source, Map<String, String> overrides, String origin, Definitions definitions,
      List<NotApplied> left) {
    Map<String, Entry> entries = new HashMap<>();
    new TreeMap<>(overrides).forEach((name, text) -> {
      Entry entry = new Entry(text, origin);
      String problem = LayerCheck.atStart(name, definitions) ? name + " takes effect only when it is set before the start"
          : LayerCheck.problem(name, entry, definitions);
      if (problem == null) {
        entries.put(name, entry);
      } else {
        left.add(LayerCheck.notApplied(name, entry, Reason.REFUSED, problem, definitions));
      }
    });
    return new Layer(source, entries);
  }

  private void replace(List<Layer> nextDynamic, List<Layer> nextStatic, Definitions definitions) {
    Snapshot next = Snapshot.of(joined(nextDynamic, nextStatic), definitions, directories, hostName);
    if (!next.notes().equals(current.notes())) {
      next.notes().forEach(LOG::warn);
    }
    dynamicLayers = nextDynamic;
    staticLayers = nextStatic;
    current = next;
  }

  private static List<Layer> joined(List<Layer> dynamic, List<Layer> fixed) {
    List<Layer> all = new ArrayList<>(dynamic);
    all.addAll(fixed);
    return all;
  }

  private void tell(Set<String> changed) {
    if (changed.isEmpty()) {
      return;
    }
    LOG.info("Settings changed: settings={}", new TreeSet<>(changed));
    listeners.tell(changed);
  }

  @Override
  public <T> T get(Setting<T> setting) {
    return current.get(setting);
  }

  @Override
  public BrokerId nodeId() {
    return current.nodeId();
  }

  @Override
  public Path dataDirectory() {
    return directories.data();
  }

  @Override
  public List<Endpoint> listeners() {
    return current.listeners();
  }

  @Override
  public List<Endpoint> advertisedListeners() {
    return current.advertisedListeners();
  }

  @Override
  public Listeners listenersWith(Map<String, String> overrides) {
    Map<String, Entry> entries = new HashMap<>();
    overrides.forEach((name, text) -> {
      if (LISTENER_SETTINGS.contains(name)) {
        entries.put(name, new Entry(text, "Admin API, this broker"));
      }
    });
    List<Layer> layers = new ArrayList<>();
    Definitions definitions;
    synchronized (this) {
      layers.add(new Layer(Source.DYNAMIC_BROKER, entries));
      layers.add(dynamicLayers.get(1));
      layers.addAll(staticLayers);
      definitions = current.resolver().known();
    }
    Snapshot would = Snapshot.of(layers, definitions, directories, hostName);
    return new Listeners(would.listeners(), would.advertisedListeners());
  }

  @Override
  public String interBrokerListener() {
    return get(IdentitySettings.INTER_BROKER_LISTENER_NAME);
  }

  @Override
  public Endpoint quorumListener() {
    return current.quorumListener();
  }

  @Override
  public Collection<Setting<?>> definitions(Setting.Scope scope) {
    Resolver resolver = current.resolver();
    return resolver.known().of(scope, names(resolver.layers()));
  }

  @Override
  public Setting<?> definition(Setting.Scope scope, String name) {
    return current.resolver().known().find(scope, name);
  }

  @Override
  public SettingValues topic(Map<String, String> overrides) {
    return new SettingValues() {
      @Override
      public <T> T get(Setting<T> setting) {
        Snapshot now = current;
        return setting.scope() == Setting.Scope.BROKER ? now.get(setting) : now.resolver().resolve(setting, overrides);
      }
    };
  }

  @Override
  public List<Given> explain(Setting<?> setting, Map<String, String> overrides) {
    String text = overrides == null ? null : overrides.get(setting.name());
    Source source = switch (setting.scope()) {
      case BROKER -> Source.DYNAMIC_BROKER;
      case TOPIC -> Source.DYNAMIC_TOPIC;
      case GROUP -> Source.GROUP;
      case CLIENT_METRICS -> Source.CLIENT_METRICS;
    };
    List<Given> own = text == null ? List.of()
        : List.of(new Given(setting.name(), setting.secret() ? null : setting.canonical(text), source, "Admin API"));
    // the overrides of the given broker replace those of this broker
    return current.resolver().explain(setting, own,
        overrides != null && setting.scope() == Setting.Scope.BROKER ? Source.DYNAMIC_BROKER : null);
  }

  @Override
  public Registration onChange(Consumer<Set<String>> listener) {
    return listeners.add(listener);
  }
}
