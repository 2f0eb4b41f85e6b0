package io.margay.shell.internal;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.model.BrokerId;
import io.margay.protocol.message.ApiVersionsRequest;
import io.margay.protocol.message.ApiVersionsResponse;
import io.margay.protocol.message.ApiVersionsResponse.ApiVersion;
import io.margay.spi.config.NodeSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The commands of scope broker. */
@Command(name = "broker")
final class BrokerCommands {
  static final String SCOPE = "broker";
  private static final Path PROCESS_STATUS = Path.of("/proc/self/status");
  private final Requests requests;
  private final NodeSettings settings;
  private final Platform platform;
  private final CommandFunction.Io io;

  BrokerCommands(Requests requests, NodeSettings settings, Platform platform, CommandFunction.Io io) {
    this.requests = requests;
    this.settings = settings;
    this.platform = platform;
    this.io = io;
  }

  @Needs(Role.VIEW)
  @Command(name = "list", description = "List the brokers of the cluster, their state, and how even their load is.")
  void list(@Option(names = "--json", description = "Print JSON.") boolean json) {
    ClusterImage image = requests.image();
    BrokerLoad load = BrokerLoad.of(image);
    Table table = new Table("broker", "endpoints", "rack", "state", "controller", "leaders", "preferred", "replicas");
    for (BrokerImage broker : image.brokers().values()) {
      table.row(broker.id().value(), broker.endpoints().stream().map(Object::toString).toList(), broker.rack(), state(broker),
          broker.id().equals(image.controller()), load.leaders(broker.id()), load.preferred(broker.id()), load.replicas(broker.id()));
    }
    Page.print(io.out(), json, table);
    if (!json && image.brokers().size() > 1) {
      io.out().println("\n" + load.evenness(image));
    }
  }

  private static String state(BrokerImage broker) {
    return broker.fenced() ? "fenced" : broker.shuttingDown() ? "shutting down" : "active";
  }

  @Needs(Role.VIEW)
  @Command(name = "status", description = "Show this broker: identity, memory, partitions, storage engines, bundles.")
  void status(@Option(names = "--json", description = "Print JSON.") boolean json) {
    ClusterImage image = requests.image();
    BrokerId id = settings.nodeId();
    BrokerImage self = image.brokers().get(id);
    BrokerLoad load = BrokerLoad.of(image);
    var memory = ManagementFactory.getMemoryMXBean();
    MemoryUsage heap = memory.getHeapMemoryUsage();
    long upMs = ManagementFactory.getRuntimeMXBean().getUptime();
    Table parts = new Table("bundle", "version", "state");
    platform.parts().forEach(p -> parts.row(p.name(), p.version(), p.state()));
    Page page = new Page(io.out(), json)
        .fact("broker", id.value())
        .fact("cluster", image.clusterId())
        .fact("controller", image.controller().equals(BrokerId.NONE) ? null : image.controller().value())
        .fact("listeners", (self == null ? settings.advertisedListeners() : self.endpoints()).stream().map(Object::toString)
            .toList());
    if (json) {
      page.fact("uptimeMs", upMs).fact("heapUsedBytes", heap.getUsed()).fact("heapMaxBytes", heap.getMax())
          .fact("residentBytes", residentBytes());
    } else {
      page.fact("uptime", uptime(upMs)).fact("heap", mebibytes(heap.getUsed()) + " of " + mebibytes(heap.getMax()));
      Long resident = residentBytes();
      if (resident != null) {
        page.fact("residentMemory", mebibytes(resident));
      }
    }
    page.fact("java", System.getProperty("java.version"))
        .fact("processId", ProcessHandle.current().pid())
        .fact("dataDirectory", settings.dataDirectory().toString())
        .fact("topics", image.topics().size())
        .fact("partitionsLed", load.leaders(id))
        .fact("partitionsHeld", load.replicas(id))
        .fact("storageEngines", platform.storageEngines())
        .table("bundles", parts)
        .print();
  }

  @Needs(Role.VIEW)
  @Command(name = "health", description = "Run the health checks of this broker and of all bundles. Fails when one of them does.")
  void health(@Option(names = "--tag", paramLabel = "TAG", description = "Only checks with this tag, such as live or ready.") String tag,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    List<Platform.Check> checks = platform.health(tag);
    if (checks == null) {
      throw new ShellException("health checks cannot be run: the bundle health is not started");
    }
    if (checks.isEmpty()) {
      throw new ShellException("there is no health check with the tag " + tag);
    }
    Table table = new Table("check", "tags", "status", "says");
    checks.forEach(c -> table.row(c.name(), c.tags(), c.status(), String.join("; ", c.messages())));
    Page.print(io.out(), json, table);
    List<String> failed = checks.stream().filter(c -> !c.healthy()).map(Platform.Check::name).toList();
    if (!failed.isEmpty()) {
      throw new ShellException("not healthy: " + String.join(", ", failed));
    }
  }

  @Needs(Role.VIEW)
  @Command(name = "apis", description = "List the APIs that are served, with their versions.")
  void apis(@Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    ApiVersionsRequest request = new ApiVersionsRequest().setClientSoftwareName("margay-shell").setClientSoftwareVersion("1");
    ApiVersionsResponse response = requests.send(ApiVersionsRequest.API, request, new ApiVersionsResponse());
    Requests.check(response.errorCode(), null, "cannot list the APIs");
    Map<Short, String> names = platform.apiNames();
    Table table = new Table("key", "api", "lowestVersion", "highestVersion");
    List<ApiVersion> keys = response.apiKeys().stream().sorted(Comparator.comparingInt(ApiVersion::apiKey)).toList();
    keys.forEach(k -> table.row(k.apiKey(), names.get(k.apiKey()), k.minVersion(), k.maxVersion()));
    Page.print(io.out(), json, table);
  }

  /** Memory of the process in bytes; null where the system does not tell it this way. */
  private static Long residentBytes() {
    try {
      for (String line : Files.readAllLines(PROCESS_STATUS)) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
      }
      return null;
    } catch (IOException e) {
      return null;
    }
  }

  static String uptime(long ms) {
    Duration d = Duration.ofMillis(ms);
    String clock = String.format("%02d:%02d:%02d", d.toHoursPart(), d.toMinutesPart(), d.toSecondsPart());
    return d.toDays() == 0 ? clock : d.toDays() + (d.toDays() == 1 ? " day " : " days ") + clock;
  }

  private static String mebibytes(long bytes) {
    return (bytes + (1 << 19)) / (1 << 20) + " MiB";
  }
}
