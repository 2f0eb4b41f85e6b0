package io.margay.shell.internal;

import io.margay.metadata.ClusterMetadata;
import io.margay.metadata.PartitionImage;
import io.margay.model.Clock;
import io.margay.model.acl.Acl;
import io.margay.protocol.message.ListGroupsResponse;
import io.margay.spi.assignor.Assignor;
import io.margay.spi.assignor.TaskAssignor;
import io.margay.spi.audit.AuditQueue;
import io.margay.spi.audit.AuditReader;
import io.margay.spi.audit.AuditSettings;
import io.margay.spi.audit.AuditSource;
import io.margay.spi.client.LocalClient;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.lease.ServiceHolder;
import io.margay.spi.log.Logs;
import io.margay.spi.mirror.MirrorLinks;
import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.placement.ReplicaPlacer;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSessionListener;
import org.apache.felix.service.command.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import picocli.CommandLine.Command;

/**
 * Offers all commands to Gogo: a {@link Function} service for each method with {@code @Command} of the classes of the scopes.
 * They are functions and not methods found by Gogo, because Gogo's own options must come before the arguments and
 * have no usage text.
 *
 * <p>Strategies may come and go while commands run, which wait, bounded, for one that is updated. When the client that reaches other
 * brokers goes, requests to them fail, and the next ones use its successor. When this bundle is updated, or
 * one whose service it refers to (server, controller, config), the commands leave Gogo and come back; one that runs may fail.
 */
@Component(service = {}, immediate = true)
public final class ShellCommands {
  /** Programs into which people pipe. */
  private static final Set<String> TOOLS = Set.of("awk", "cut", "grep", "head", "jq", "less", "more", "sed", "sort", "tail", "tr", "uniq",
      "wc");
  /** So many partitions are offered to complete a name. */
  private static final int COMPLETED_MAX = 1_000;
  private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
  private final Strategies strategies = new Strategies();
  private final RemoteBrokers remote;
  private final ServiceRegistration<AuditSource> audited;

  /** Registers the commands. */
  @Activate
  public ShellCommands(BundleContext context, @Reference LocalClient client, @Reference ClusterMetadata metadata,
      @Reference NodeSettings settings) {
    remote = new RemoteBrokers(settings);
    Requests requests = new Requests(client, metadata, settings.nodeId(), remote);
    Platform platform = new FrameworkPlatform(context);
    AuditQueue audit = new AuditQueue("shell", Clock.SYSTEM, () -> settings.get(AuditSettings.MARGAY_AUDIT_QUEUE_BYTES),
        () -> settings.get(AuditSettings.MARGAY_AUDIT_REPEAT_MS));
    audited = context.registerService(AuditSource.class, audit, null);
    Dispatch dispatch = new Dispatch(new ShellUsers(settings), audit);
    Map<String, CommandFunction> commands = functions(requests, settings, platform, strategies, dispatch);
    commands.forEach((id, function) -> register(context, id, function, function.summary(), function.needed()));
    Completions completions = new Completions(commands, platform::otherCommands, dispatch,
        names(requests, settings, strategies, commands, platform));
    register(context, MargayCommands.SCOPE + ":" + Completions.FUNCTION, completions,
        "Return what an argument of a command can be completed to.", Role.VIEW);
    registrations.add(context.registerService(CommandSessionListener.class, completions, null));
    registerHints(context);
  }

  /** The last one: while it is there, all commands are. The console finds it without a class in common. */
  private void registerHints(BundleContext context) {
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put("margay.console", "hint");
    UnaryOperator<String> hints = wrong -> TOOLS.contains(wrong)
        ? "; a command of your own shell goes behind the quotes, as in: margay shell 'topic:list' | " + wrong
        : Near.hint(wrong, commandNames(context), "help");
    registrations.add(context.registerService(UnaryOperator.class, hints, properties));
  }

  /** The commands of all bundles, with their scopes. */
  private static Collection<String> commandNames(BundleContext context) {
    Set<String> names = new TreeSet<>();
    try {
      ServiceReference<?>[] references = context.getAllServiceReferences(null, "(" + CommandProcessor.COMMAND_FUNCTION + "=*)");
      for (ServiceReference<?> reference : references == null ? new ServiceReference<?>[0] : references) {
        Object functions = reference.getProperty(CommandProcessor.COMMAND_FUNCTION);
        for (Object function : functions instanceof Object[] several ? several : new Object[] {functions}) {
          names.add(reference.getProperty(CommandProcessor.COMMAND_SCOPE) + ":" + function);
        }
      }
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
    return names;
  }

  private void register(BundleContext context, String id, Function function, String description, Role role) {
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put(CommandProcessor.COMMAND_SCOPE, id.substring(0, id.indexOf(':')));
    properties.put(CommandProcessor.COMMAND_FUNCTION, id.substring(id.indexOf(':') + 1));
    // shown by Karaf's help
    properties.put("osgi.command.description", description);
    // by this one another bundle finds them, to complete their arguments in Karaf
    properties.put("margay.command", id);
    // by this one the socket for a role knows whether it may be run there
    properties.put("margay.role", role.word());
    registrations.add(context.registerService(Function.class, function, properties));
  }

  /** What arguments can be completed to, by kind. */
  static Map<String, Supplier<Collection<String>>> names(Requests requests, NodeSettings settings, Strategies strategies,
      Map<String, CommandFunction> commands, Platform platform) {
    return Map.ofEntries(
        Map.entry("topic", () -> requests.image().topics().keySet()),
        Map.entry("partition", () -> partitions(requests, p -> true)),
        Map.entry("moving", () -> partitions(requests, p -> p.members().reassigning())),
        Map.entry("broker", () -> requests.image().brokers().keySet().stream().map(b -> String.valueOf(b.value())).toList()),
        Map.entry("group", () -> groups(requests)),
        Map.entry("type", () -> Completions.TYPES),
        Map.entry("principal", () -> requests.image().acls().stream().map(Acl::principal).toList()),
        Map.entry("operation", AclCommands::operations),
        Map.entry("resource type", AclCommands::types),
        Map.entry("setting", () -> Arrays.stream(Setting.Scope.values()).flatMap(s -> SettingNames.of(settings, s).stream()).toList()),
        Map.entry("assignment", List::of),
        Map.entry("setting of topic", () -> SettingNames.of(settings, Setting.Scope.TOPIC)),
        Map.entry("setting of broker", () -> SettingNames.of(settings, Setting.Scope.BROKER)),
        Map.entry("setting of group", () -> SettingNames.of(settings, Setting.Scope.GROUP)),
        Map.entry("assignment of topic", () -> assignments(settings, Setting.Scope.TOPIC)),
        Map.entry("assignment of broker", () -> assignments(settings, Setting.Scope.BROKER)),
        Map.entry("assignment of group", () -> assignments(settings, Setting.Scope.GROUP)),
        Map.entry("partitioner", () -> strategies.partitioners().names()),
        Map.entry("assignor", () -> Stream.concat(strategies.assignors().names().stream(), strategies.taskAssignors().names().stream()).toList()),
        Map.entry("placement", () -> strategies.placers().names()),
        Map.entry("engine", () -> engines(strategies)),
        Map.entry("command", () -> Stream.concat(commands.values().stream().map(CommandFunction::fullName),
            platform.otherCommands().stream().map(Platform.OtherCommand::fullName)).toList()));
  }

  private static Collection<String> partitions(Requests requests, Predicate<PartitionImage> which) {
    return new TreeMap<>(requests.image().topics()).values().stream().flatMap(topic -> topic.partitions().stream().filter(which)
        .map(p -> topic.name() + ":" + p.index())).limit(COMPLETED_MAX).toList();
  }

  private static Collection<String> assignments(NodeSettings settings, Setting.Scope scope) {
    return SettingNames.of(settings, scope).stream().map(name -> name + "=").toList();
  }

  private static Collection<String> engines(Strategies strategies) {
    try (ServiceHolder.Lease<Logs> lease = strategies.logs().lease(Strategies.LOGS)) {
      return lease == null ? List.of() : lease.service().engines().stream().map(Logs.EngineState::name).toList();
    }
  }

  private static Collection<String> groups(Requests requests) {
    try {
      return new Groups(requests).list().groups().stream().map(ListGroupsResponse.ListedGroup::groupId).toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addPartitioner(Partitioner partitioner, Map<String, Object> properties) {
    strategies.partitioners().add(partitioner, properties);
  }

  void removePartitioner(Partitioner partitioner) {
    strategies.partitioners().remove(partitioner);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addAssignor(Assignor assignor, Map<String, Object> properties) {
    strategies.assignors().add(assignor, properties);
  }

  void removeAssignor(Assignor assignor) {
    strategies.assignors().remove(assignor);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addTaskAssignor(TaskAssignor assignor, Map<String, Object> properties) {
    strategies.taskAssignors().add(assignor, properties);
  }

  void removeTaskAssignor(TaskAssignor assignor) {
    strategies.taskAssignors().remove(assignor);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addPlacer(ReplicaPlacer placer, Map<String, Object> properties) {
    strategies.placers().add(placer, properties);
  }

  void removePlacer(ReplicaPlacer placer) {
    strategies.placers().remove(placer);
  }

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
  void setLogs(Logs logs) {
    strategies.logs().add(logs, Map.of(NamedServices.NAME_PROPERTY, Strategies.LOGS));
  }

  void unsetLogs(Logs logs) {
    strategies.logs().remove(logs);
  }

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
  void setMirrors(MirrorLinks mirrors) {
    strategies.mirrors().add(mirrors, Map.of(NamedServices.NAME_PROPERTY, Strategies.MIRRORS));
  }

  void unsetMirrors(MirrorLinks mirrors) {
    strategies.mirrors().remove(mirrors);
  }

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
  void setRemoteClient(RemoteClient client) {
    remote.add(client);
  }

  void unsetRemoteClient(RemoteClient client) {
    remote.remove(client);
  }

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
  void setAudit(AuditReader reader) {
    strategies.audit().add(reader, Map.of(NamedServices.NAME_PROPERTY, Strategies.AUDIT));
  }

  void unsetAudit(AuditReader reader) {
    strategies.audit().remove(reader);
  }

  @Deactivate
  void close() {
    remote.close();
    // the hints first, see there
    for (int i = registrations.size() - 1; i >= 0; i--) {
      registrations.get(i).unregister();
    }
    audited.unregister();
  }

  /** The commands by scope and name, such as {@code topic:list}. */
  static Map<String, CommandFunction> functions(Requests requests, NodeSettings settings, Platform platform,
      Strategies strategies, Dispatch dispatch) {
    Map<String, CommandFunction> all = new TreeMap<>();
    add(all, dispatch, TopicCommands.class, TopicCommands.SCOPE, io -> new TopicCommands(requests.as(io), settings, strategies, io));
    add(all, dispatch, PartitionCommands.class, PartitionCommands.SCOPE, io -> new PartitionCommands(requests.as(io), settings, io));
    add(all, dispatch, GroupCommands.class, GroupCommands.SCOPE, io -> new GroupCommands(requests.as(io), io));
    add(all, dispatch, OffsetCommands.class, OffsetCommands.SCOPE, io -> new OffsetCommands(requests.as(io), io));
    add(all, dispatch, TransactionCommands.class, TransactionCommands.SCOPE, io -> new TransactionCommands(requests.as(io), io));
    add(all, dispatch, ConfigCommands.class, ConfigCommands.SCOPE, io -> new ConfigCommands(requests.as(io), settings, strategies, io));
    add(all, dispatch, BrokerCommands.class, BrokerCommands.SCOPE, io -> new BrokerCommands(requests.as(io), settings, platform, io));
    add(all, dispatch, ClusterCommands.class, ClusterCommands.SCOPE, io -> new ClusterCommands(requests.as(io), settings, io));
    add(all, dispatch, QuorumCommands.class, QuorumCommands.SCOPE, io -> new QuorumCommands(requests.as(io), io));
    add(all, dispatch, ReassignCommands.class, ReassignCommands.SCOPE, io -> new ReassignCommands(requests.as(io), settings, strategies, io));
    add(all, dispatch, LeaderCommands.class, LeaderCommands.SCOPE, io -> new LeaderCommands(requests.as(io), io));
    add(all, dispatch, PartitionerCommands.class, PartitionerCommands.SCOPE, io -> new PartitionerCommands(requests.as(io), strategies, io));
    add(all, dispatch, AssignorCommands.class, AssignorCommands.SCOPE, io -> new AssignorCommands(requests.as(io), strategies, io));
    add(all, dispatch, PlacementCommands.class, PlacementCommands.SCOPE, io -> new PlacementCommands(requests.as(io), strategies, io));
    add(all, dispatch, StorageCommands.class, StorageCommands.SCOPE, io -> new StorageCommands(requests.as(io), settings, strategies, io));
    add(all, dispatch, TlsCommands.class, TlsCommands.SCOPE, io -> new TlsCommands(settings, io));
    add(all, dispatch, AclCommands.class, AclCommands.SCOPE, io -> new AclCommands(requests.as(io), io));
    add(all, dispatch, QuotaCommands.class, QuotaCommands.SCOPE, io -> new QuotaCommands(requests.as(io), io));
    add(all, dispatch, MirrorCommands.class, MirrorCommands.SCOPE, io -> new MirrorCommands(strategies, io));
    add(all, dispatch, AuditCommands.class, AuditCommands.SCOPE, io -> new AuditCommands(strategies, io));
    add(all, dispatch, MargayCommands.class, MargayCommands.SCOPE, io -> new MargayCommands(requests.as(io), settings, strategies, all, platform, io));
    return all;
  }

  private static void add(Map<String, CommandFunction> all, Dispatch dispatch, Class<?> commands, String scope, CommandFunction.Scope factory) {
    for (Method method : commands.getDeclaredMethods()) {
      Command command = method.getAnnotation(Command.class);
      if (command != null) {
        Needs needs = method.getAnnotation(Needs.class);
        if (needs == null) {
          throw new IllegalStateException(scope + ":" + command.name() + " does not say which role it needs");
        }
        all.put(scope + ":" + command.name(), new CommandFunction(scope, command, needs.value(), factory, dispatch));
      }
    }
  }
}
