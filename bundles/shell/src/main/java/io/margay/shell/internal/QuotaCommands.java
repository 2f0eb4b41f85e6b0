package io.margay.shell.internal;

import io.margay.protocol.message.AlterClientQuotasRequest;
import io.margay.protocol.message.AlterClientQuotasRequest.EntityData;
import io.margay.protocol.message.AlterClientQuotasRequest.OpData;
import io.margay.protocol.message.AlterClientQuotasResponse;
import io.margay.protocol.message.DescribeClientQuotasRequest;
import io.margay.protocol.message.DescribeClientQuotasRequest.ComponentData;
import io.margay.protocol.message.DescribeClientQuotasResponse;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of scope quota. */
@Command(name = "quota")
final class QuotaCommands {
  static final String SCOPE = "quota";
  static final List<String> NAMES = List.of("producer_byte_rate", "consumer_byte_rate", "request_percentage", "controller_mutation_rate",
      "connection_creation_rate");
  private static final byte EXACT = 0;
  private static final byte DEFAULT = 1;
  private final Requests requests;
  private final CommandFunction.Io io;

  QuotaCommands(Requests requests, CommandFunction.Io io) {
    this.requests = requests;
    this.io = io;
  }

  /** Whom a quota is for. */
  static final class Entity {
    @Option(names = {"-u", "--user"}, paramLabel = "USER", description = "The user of this name.")
    private String user;
    @Option(names = "--default-user", description = "Each user that has no quota of its own.")
    private boolean defaultUser;
    @Option(names = {"-c", "--client-id"}, paramLabel = "ID", description = "Clients with this client id.")
    private String clientId;
    @Option(names = "--default-client-id", description = "Each client id that has no quota of its own.")
    private boolean defaultClientId;
    @Option(names = "--ip", paramLabel = "ADDRESS", description = "Connections from this address.")
    private String ip;
    @Option(names = "--default-ip", description = "Connections from each address that has no quota of its own.")
    private boolean defaultIp;

    private interface Taker {
      void take(String type, String name);
    }

    private void parts(Taker taker) {
      part(taker, "user", user, defaultUser);
      part(taker, "client-id", clientId, defaultClientId);
      part(taker, "ip", ip, defaultIp);
    }

    private static void part(Taker taker, String type, String name, boolean byDefault) {
      if (name != null && byDefault) {
        throw new ShellException("choose one of --" + type + " and --default-" + type);
      }
      if (name != null || byDefault) {
        taker.take(type, name);
      }
    }
  }

  @Needs(Role.VIEW)
  @Command(name = "list", description = "Show client quotas: how much users, client ids and addresses may use.")
  void list(@ArgGroup(exclusive = false, multiplicity = "0..1") Entity of,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    List<ComponentData> components = new ArrayList<>();
    if (of != null) {
      of.parts((type, name) -> components.add(new ComponentData().setEntityType(type).setMatchType(name == null ? DEFAULT : EXACT).setMatch(name)));
    }
    DescribeClientQuotasResponse response = requests.send(DescribeClientQuotasRequest.API,
        new DescribeClientQuotasRequest().setComponents(components), new DescribeClientQuotasResponse());
    Requests.check(response.errorCode(), response.errorMessage(), "cannot list quotas");
    Table table = new Table("user", "client id", "ip", "quota", "value");
    for (var entry : response.entries()) {
      String[] parts = {"-", "-", "-"};
      entry.entity().forEach(e -> parts[place(e.entityType())] = e.entityName() == null ? "<default>" : e.entityName());
      entry.values().forEach(v -> table.row(parts[0], parts[1], parts[2], v.key(), number(v.value())));
    }
    Page.print(io.out(), json, table);
  }

  private static int place(String type) {
    return type.equals("user") ? 0 : type.equals("client-id") ? 1 : 2;
  }

  private static String number(double value) {
    return Math.abs(value) < 1e15 ? new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString() : Double.toString(value);
  }

  @Needs(Role.ADMIN)
  @Command(name = "set", description = "Set client quotas of a user, a client id, both together, or an address.")
  void set(@ArgGroup(exclusive = false, multiplicity = "0..1") Entity of,
      @Parameters(arity = "1..*", paramLabel = "QUOTA=VALUE", description = "Such as producer_byte_rate=1048576, in bytes per second.")
      List<String> values) throws InterruptedException {
    List<OpData> ops = new ArrayList<>();
    for (String value : values) {
      int end = value.indexOf('=');
      if (end < 1) {
        throw new ShellException("a quota has a name and a value, such as producer_byte_rate=1048576, not " + Printable.of(value));
      }
      try {
        ops.add(new OpData().setKey(known(value.substring(0, end))).setValue(Double.parseDouble(value.substring(end + 1))));
      } catch (NumberFormatException e) {
        throw new ShellException(Printable.of(value.substring(end + 1)) + " is no number");
      }
    }
    alter(of, ops);
  }

  @Needs(Role.ADMIN)
  @Command(name = "remove", description = "Remove client quotas.")
  void remove(@ArgGroup(exclusive = false, multiplicity = "0..1") Entity of,
      @Parameters(arity = "1..*", paramLabel = "QUOTA", description = "Such as producer_byte_rate.") List<String> names)
      throws InterruptedException {
    alter(of, names.stream().map(name -> new OpData().setKey(known(name)).setRemove(true)).toList());
  }

  private static String known(String name) {
    if (!NAMES.contains(name)) {
      List<String> near = Near.names(name, NAMES);
      throw new ShellException("there is no quota " + Printable.of(name) + "; " + (near.isEmpty() ? "choose one of " + String.join(", ", NAMES)
          : "did you mean " + String.join(", ", near) + "?"));
    }
    return name;
  }

  private void alter(Entity of, List<OpData> ops) throws InterruptedException {
    if (of == null) {
      throw new ShellException("say whom the quota is for: --user, --client-id, both, or --ip; --default-user and the like for all others");
    }
    List<EntityData> entity = new ArrayList<>();
    of.parts((type, name) -> entity.add(new EntityData().setEntityType(type).setEntityName(name)));
    AlterClientQuotasRequest request = new AlterClientQuotasRequest()
        .setEntries(List.of(new AlterClientQuotasRequest.EntryData().setEntity(entity).setOps(ops)));
    for (var entry : requests.send(AlterClientQuotasRequest.API, request, new AlterClientQuotasResponse()).entries()) {
      Requests.check(entry.errorCode(), entry.errorMessage(), "cannot change the quota");
    }
  }
}
